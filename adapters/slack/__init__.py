"""Slack: commands, modals, buttons, threads, App Home, in one workspace or many; over Socket Mode or HTTP."""
