"""The core, composed: messages and commands in, events and messages out."""
