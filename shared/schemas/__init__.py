"""What JSON requests must look like, for the edges only: marshmallow guards, services never see it.

Sync messages are not here: `sync.codec` checks them.
"""
