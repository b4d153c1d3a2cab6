"""The 16 tables of an OASIS database: names, columns, types and keys as OASIS declares them.

Source: camel-ai/oasis, `oasis/social_platform/schema/*.sql` at package version 0.2.5. Its foreign keys are
never enforced, and some point to a table that does not exist; they are left out.
"""

from __future__ import annotations

TABLES: dict[str, str] = {
    "user": """user_id INTEGER PRIMARY KEY AUTOINCREMENT, agent_id INTEGER, user_name TEXT, name TEXT,
        bio TEXT, created_at DATETIME, num_followings INTEGER DEFAULT 0, num_followers INTEGER DEFAULT 0""",
    "post": """post_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, original_post_id INTEGER,
        content TEXT DEFAULT '', quote_content TEXT, created_at DATETIME, num_likes INTEGER DEFAULT 0,
        num_dislikes INTEGER DEFAULT 0, num_shares INTEGER DEFAULT 0, num_reports INTEGER DEFAULT 0""",
    "comment": """comment_id INTEGER PRIMARY KEY AUTOINCREMENT, post_id INTEGER, user_id INTEGER,
        content TEXT, created_at DATETIME DEFAULT CURRENT_TIMESTAMP, num_likes INTEGER DEFAULT 0,
        num_dislikes INTEGER DEFAULT 0""",
    "like": """like_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, post_id INTEGER,
        created_at DATETIME""",
    "dislike": """dislike_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, post_id INTEGER,
        created_at DATETIME""",
    "comment_like": """comment_like_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, comment_id INTEGER,
        created_at DATETIME""",
    "comment_dislike": """comment_dislike_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER,
        comment_id INTEGER, created_at DATETIME""",
    "follow": """follow_id INTEGER PRIMARY KEY AUTOINCREMENT, follower_id INTEGER, followee_id INTEGER,
        created_at DATETIME""",
    "mute": """mute_id INTEGER PRIMARY KEY AUTOINCREMENT, muter_id INTEGER, mutee_id INTEGER,
        created_at DATETIME""",
    "report": """report_id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER, post_id INTEGER,
        report_reason TEXT, created_at DATETIME""",
    "trace": """user_id INTEGER, created_at DATETIME, action TEXT, info TEXT,
        PRIMARY KEY (user_id, created_at, action, info)""",
    "rec": "user_id INTEGER, post_id INTEGER, PRIMARY KEY (user_id, post_id)",
    "product": "product_id INTEGER PRIMARY KEY AUTOINCREMENT, product_name TEXT, sales INTEGER DEFAULT 0",
    "chat_group": """group_id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
        created_at DATETIME DEFAULT CURRENT_TIMESTAMP""",
    "group_members": """group_id INTEGER, agent_id INTEGER, joined_at DATETIME DEFAULT CURRENT_TIMESTAMP,
        PRIMARY KEY (group_id, agent_id)""",
    "group_messages": """message_id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER, sender_id INTEGER,
        content TEXT, sent_at DATETIME DEFAULT CURRENT_TIMESTAMP""",
}

# Set from the other tables once all rows are there: (table, column, its key, counted table, counted column).
COUNTERS: tuple[tuple[str, str, str, str, str], ...] = (
    ("user", "num_followings", "user_id", "follow", "follower_id"),
    ("user", "num_followers", "user_id", "follow", "followee_id"),
    ("post", "num_likes", "post_id", "like", "post_id"),
    ("post", "num_dislikes", "post_id", "dislike", "post_id"),
    ("post", "num_shares", "post_id", "post", "original_post_id"),
    ("post", "num_reports", "post_id", "report", "post_id"),
    ("comment", "num_likes", "comment_id", "comment_like", "comment_id"),
    ("comment", "num_dislikes", "comment_id", "comment_dislike", "comment_id"),
)
