"""Events passed on to other systems: chosen by rules, sent to webhooks or to topics of the broker."""
