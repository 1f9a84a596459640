//! What the mutants are given to.
use sample::kinds::{DAY, Span, amount, first, inside};

#[test]
fn a_span_has_days() {
    assert_eq!(DAY, 86_400);
    let span = Span { from: 0, until: 8 * DAY }.starting(5 * DAY);
    assert_eq!(span.days().collect::<Vec<_>>(), [5, 7]);
    assert!(inside(span.from, span.until, 5 * DAY));
    assert!(!inside(span.from, span.until, 8 * DAY));
}

#[test]
fn there_is_a_first_digit() {
    assert_eq!(["12", "x", "0"].map(first), [Some('1'), None, None]);
}

#[test]
fn there_is_an_amount() {
    assert_eq!([0, 1, 2].map(|n| amount(n, false)), ["none", "one", ".."]);
    assert_eq!(amount(2, true), "2");
}
