"""The engine: a columnar world and the step that moves it. Pure: no Django, Celery, Channels or psycopg."""
