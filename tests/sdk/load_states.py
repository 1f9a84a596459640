"""How an order may go on, for who was told of it and may have missed something."""

# Where an order may be found that was last seen in a state: time and looks lead on by themselves, the
# rest only where somebody asked for it.
ASKED = {"payed": "CancelOrderRequest", "gone": "DeleteCertificateRequest",
         "unknow": "CancelCertificateForPackageRequest"}
NEXT = {"domain_verify": ("process", "payed"), "process": ("certificate", "payed"),
        "certificate": ("unknow",), "payed": ("gone",), "unknow": (), "gone": ()}


def reachable(state, asked):
    """The states that may follow, this one included."""
    states, left = set(), [state]
    while left:
        state = left.pop()
        if state not in states:
            states.add(state)
            left += [after for after in NEXT[state] if after not in ASKED or ASKED[after] in asked]
    return states
