"""What of a run may be published: no count of 1 to 5 children, nor anything that one could be worked out from."""

from thrive_model.disclosure.publication import HIDDEN, RULE, Publication, publication

__all__ = ["HIDDEN", "RULE", "Publication", "publication"]
