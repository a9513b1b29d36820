"""Conversations behind the `ConversationStore` port."""
