"""The fidelity suite: what is known about models and about real platforms, asked of the product itself."""
