//! The diagram as a picture of its own.
//!
//! Every status has its place in a fixed grid, so that two editions can be laid side by side. Arrows
//! are curves with a number; what the numbers mean stands below, and each arrow tells it when it is
//! pointed at. Who does not see the picture is read the same list.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::model::Status;

use super::{TIME, drawn, listed};
use crate::lifecycle::table::Table;

/// Where a status stands: its column and row.
const fn place(status: Status) -> (u8, u8) {
    match status {
        Status::NotActivated => (0, 3),
        Status::PendingApplication => (1, 1),
        Status::ValidationFailed => (1, 2),
        Status::Cancelled => (0, 5),
        Status::Closed => (0, 1),
        Status::Merged => (0, 2),
        Status::DomainVerification => (2, 0),
        Status::Validating => (3, 2),
        Status::Deleted => (2, 4),
        Status::Issued => (3, 3),
        Status::Hosted => (1, 4),
        Status::PendingExpiration => (4, 2),
        Status::Expired => (5, 3),
        Status::RevocationToConfirm => (5, 4),
        Status::ValidatingRevocation => (4, 5),
        Status::Revoked => (3, 5),
        Status::RefundReview => (5, 1),
        Status::Refunded => (5, 0),
    }
}

/// Where everything begins.
const START: (u8, u8) = (1, 0);

/// The width and height of a column and a row, of a box, and of the margin.
const STEP: (f64, f64) = (230.0, 150.0);
const BOX: (f64, f64) = (176.0, 44.0);
const DOT: (f64, f64) = (18.0, 18.0);
const MARGIN: (f64, f64) = (110.0, 90.0);
const LINE: f64 = 20.0;

/// A point of the picture.
type Point = (f64, f64);

fn centre((column, row): (u8, u8)) -> Point {
    (
        MARGIN.0 + f64::from(column) * STEP.0,
        MARGIN.1 + f64::from(row) * STEP.1,
    )
}

/// Where the line from the middle of a box of a size towards a point leaves it, so far away from it.
fn leaves(from: Point, size: (f64, f64), to: Point, beside: f64) -> Point {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (across, down) = (
        dx.abs() / (size.0 / 2.0 + beside),
        dy.abs() / (size.1 / 2.0 + beside),
    );
    let most = across.max(down);
    // Two points in one place have no line between them.
    let part = if most > 0.0 { 1.0 / most } else { 0.0 };
    (from.0 + dx * part, from.1 + dy * part)
}

/// A curve from one status to another.
struct Curve {
    begin: Point,
    bend: Point,
    end: Point,
}

impl Curve {
    /// It bends to its left, so that the way back is another one.
    fn between(begin: Option<Status>, end: Status) -> Self {
        let (from, size) = match begin {
            Some(status) => (centre(place(status)), BOX),
            None => (centre(START), DOT),
        };
        let to = centre(place(end));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let bend = (
            from.0.midpoint(to.0) - dy * 0.18,
            from.1.midpoint(to.1) + dx * 0.14,
        );
        Self {
            begin: leaves(from, size, bend, 0.0),
            bend,
            end: leaves(to, BOX, bend, 3.0),
        }
    }

    /// A little before its middle, where fewer curves cross.
    fn label(&self) -> Point {
        let of = |begin: f64, bend: f64, end: f64| begin * 0.36 + bend * 0.48 + end * 0.16;
        (
            of(self.begin.0, self.bend.0, self.end.0),
            of(self.begin.1, self.bend.1, self.end.1),
        )
    }
}

/// The colours of both schemes, and the fonts. Inside a page they are for this picture alone.
const STYLE: &str = "\
<style>
  .lifecycle { --ink: #1b1b1f; --paper: #ffffff; --box: #eef2f8; --line: #5b6b84; }
  @media (prefers-color-scheme: dark) {
    .lifecycle { --ink: #e7e7ea; --paper: #16181d; --box: #262b35; --line: #93a4bf; }
  }
  .lifecycle text { font: 14px system-ui, sans-serif; fill: var(--ink); }
  .lifecycle .heading { font-weight: 600; font-size: 16px; }
  .lifecycle .paper { fill: var(--paper); }
  .lifecycle .status rect { fill: var(--box); stroke: var(--line); }
  .lifecycle .status text, .lifecycle .arrow text { text-anchor: middle; dominant-baseline: central; }
  .lifecycle .arrow path { fill: none; stroke: var(--line); stroke-width: 1.4; }
  .lifecycle .arrow circle { fill: var(--paper); stroke: var(--line); }
  .lifecycle .arrow text { font-size: 11px; }
  .lifecycle .arrow:hover path, .lifecycle .arrow:hover circle { stroke-width: 3; }
  .lifecycle .time path { stroke-dasharray: 5 4; }
  .lifecycle .head, .lifecycle .start { fill: var(--line); }
</style>
";

/// The table as a picture in SVG, with the same arrows: it needs no other program, follows a light or
/// a dark scheme, and has a title and a description for those who don't see it.
///
/// ```
/// use cert_lifecycle::lifecycle::{Law, diagram, table};
/// use cert_lifecycle::model::ValidationClass;
/// use cert_lifecycle::rulebook::Rulebook;
/// let book = Rulebook::published();
/// let edition = book.edition("2021-02-api")?;
/// let table = table(ValidationClass::Dv, &Law::single(&edition, book.ceilings()));
/// let picture = diagram::svg(&[&table], "one edition");
/// assert!(picture.contains(">one edition</title>"));
/// assert!(picture.contains("Validating to Issued: Approve"));
/// # Ok::<(), cert_lifecycle::rulebook::ResolveError>(())
/// ```
#[must_use]
pub fn svg(tables: &[&Table], title: &str) -> String {
    let arrows = super::arrows(tables);
    // Several pictures may stand in one page.
    let id: String = title.chars().filter(char::is_ascii_alphanumeric).collect();
    let title = escaped(title);
    // Each curve with what it means; those of time come last.
    let mut curves: Vec<(Curve, bool, String)> = Vec::new();
    for ((from, to), labels) in &arrows {
        let mut text = String::from(from.map_or("Nothing", Status::word));
        let _ = write!(text, " to {to}: ");
        listed(&mut text, labels);
        curves.push((Curve::between(*from, *to), false, text));
    }
    for (from, to) in TIME {
        let mut text = String::new();
        let _ = write!(text, "{from} to {to}: time alone");
        let curve = Curve::between(Some(from), to);
        curves.push((curve, true, text));
    }
    let (right, low) = centre((5, 5));
    let (width, below) = (right + MARGIN.0, low + 70.0);
    let rows = curves.iter().map(|_| LINE).sum::<f64>();
    let height = below + rows + 50.0;
    let mut picture = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(
        picture,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"lifecycle\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" \
         aria-labelledby=\"title-{id} description-{id}\">\n\
         <title id=\"title-{id}\">{title}</title>"
    );
    let _ = write!(picture, "<desc id=\"description-{id}\">");
    for (place, (_, _, text)) in curves.iter().enumerate() {
        let gap = if place == 0 { "" } else { " " };
        let _ = write!(picture, "{gap}{text}.");
    }
    picture.push_str("</desc>\n");
    picture.push_str(STYLE);
    let _ = writeln!(
        picture,
        "<defs><marker id=\"head-{id}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" \
         markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    );
    let _ = writeln!(
        picture,
        "<rect class=\"paper\" width=\"{width:.0}\" height=\"{height:.0}\"/>\n\
         <text class=\"heading\" x=\"24\" y=\"30\">{title}</text>"
    );
    for (number, (curve, by_time, text)) in (1_u32..).zip(&curves) {
        let class = if *by_time { "arrow time" } else { "arrow" };
        let (Curve { begin, bend, end }, at) = (curve, curve.label());
        let _ = writeln!(
            picture,
            "<g class=\"{class}\"><title>{text}</title>\
             <path d=\"M{:.1} {:.1}Q{:.1} {:.1} {:.1} {:.1}\" marker-end=\"url(#head-{id})\"/>\
             <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"10\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{number}</text></g>",
            begin.0, begin.1, bend.0, bend.1, end.0, end.1, at.0, at.1, at.0, at.1
        );
    }
    let (x, y) = centre(START);
    let _ = writeln!(
        picture,
        "<circle class=\"start\" cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"9\"><title>Nothing</title></circle>"
    );
    for status in drawn(&arrows) {
        let (x, y) = centre(place(status));
        let (left, top) = (x - BOX.0 / 2.0, y - BOX.1 / 2.0);
        let _ = writeln!(
            picture,
            "<g class=\"status\"><rect x=\"{left:.0}\" y=\"{top:.0}\" width=\"{:.0}\" \
             height=\"{:.0}\" rx=\"10\"/><text x=\"{x:.0}\" y=\"{y:.0}\">{status}</text></g>",
            BOX.0, BOX.1
        );
    }
    let mut y = below;
    for (number, (_, _, text)) in (1_u32..).zip(&curves) {
        y += LINE;
        let _ = writeln!(
            picture,
            "<text x=\"24\" y=\"{y:.0}\" aria-hidden=\"true\">{number}  {text}</text>"
        );
    }
    picture.push_str("</svg>\n");
    picture
}

/// A text between tags.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            // No character that XML has no form for.
            '\u{0}'..='\u{1f}' => safe.push(' '),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_no_character_that_a_picture_has_no_form_for() {
        let text = "a&b<c>d\"\u{0}\u{1f} e";
        assert_eq!(escaped(text), "a&amp;b&lt;c&gt;d\"   e");
    }

    #[test]
    fn between_two_points_in_one_place_is_no_line() {
        let place = (3.0, 4.0);
        assert_eq!(leaves(place, (2.0, 2.0), place, 1.0), place);
        assert_eq!(leaves(place, (2.0, 4.0), (13.0, 4.0), 1.0), (5.0, 4.0));
        assert_eq!(leaves(place, (2.0, 4.0), (3.0, -9.0), 1.0), (3.0, 1.0));
    }

    #[test]
    fn no_two_statuses_stand_in_one_place() {
        let mut places: Vec<(u8, u8)> = Status::ALL.into_iter().map(place).collect();
        places.push(START);
        places.sort_unstable();
        let count = places.len();
        places.dedup();
        assert_eq!(places.len(), count);
        assert!(places.iter().all(|(column, row)| *column <= 5 && *row <= 5));
    }
}
