//! Spans of time beneath each other, drawn as SVG; colours and lines are the stylesheet's.

use core::ops::Range;
use std::string::String;
use std::vec::Vec;

use maud::{Markup, html};

use crate::model::{Day, Timestamp};

use super::text::Text;
use super::visit::Visit;

/// What a bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A certificate that was issued.
    Real,
    /// One that is to be expected.
    Expected,
    /// None.
    Gap,
}

impl Kind {
    const fn class(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Expected => "expected",
            Self::Gap => "gap",
        }
    }
}

/// Bars side by side, with a label before them.
#[derive(Clone, Debug)]
pub(super) struct Row {
    label: String,
    bars: Vec<(Range<Timestamp>, Kind)>,
}

impl Row {
    pub(super) const fn new(label: String) -> Self {
        let bars = Vec::new();
        Self { label, bars }
    }

    pub(super) fn bar(&mut self, span: Range<Timestamp>, kind: Kind) {
        self.bars.push((span, kind));
    }
}

#[derive(Clone, Debug)]
pub(super) struct Chart {
    pub(super) horizon: Range<Timestamp>,
    pub(super) rows: Vec<Row>,
}

const LEFT: i64 = 130;
const WIDTH: i64 = 850;
const TOP: i64 = 36;
const STEP: i64 = 30;
const THICK: i64 = 16;
/// The most months that have a line each.
const LINES: i64 = 9;

impl Chart {
    /// Where an instant lies; what is beyond the horizon lies at its end.
    fn x(&self, at: Timestamp) -> i64 {
        let (from, until) = (
            self.horizon.start.unix_seconds(),
            self.horizon.end.unix_seconds(),
        );
        let length = until.saturating_sub(from).max(1);
        let behind = at
            .unix_seconds()
            .clamp(from, until.max(from))
            .saturating_sub(from);
        let along = behind
            .saturating_mul(WIDTH)
            .checked_div(length)
            .unwrap_or(0);
        along.saturating_add(LEFT)
    }

    /// The first days of months, not too many.
    fn lines(&self, visit: &Visit<'_>) -> Vec<(Timestamp, String)> {
        let ends = [self.horizon.start, self.horizon.end];
        let [Some(first), Some(last)] = ends.map(|at| at.day_in(visit.offset).to_date()) else {
            return Vec::new();
        };
        let month = |date: time::Date| {
            let year = i64::from(date.year()).saturating_mul(12);
            year.saturating_add(i64::from(u8::from(date.month())).saturating_sub(1))
        };
        let (first, last) = (month(first), month(last));
        let between = last.saturating_sub(first);
        let steps = [1, 2, 3, 6, 12, 24, 60, 120, 600];
        let step = steps
            .into_iter()
            .find(|step| between.checked_div(*step).unwrap_or(0) <= LINES);
        let step = step.unwrap_or(1_200);
        let mut lines = Vec::new();
        // Whole years have a line whatever the step.
        let mut at = first
            .div_euclid(step)
            .saturating_add(1)
            .saturating_mul(step);
        while at <= last && lines.len() < 24 {
            let (year, month) = (at.div_euclid(12), at.rem_euclid(12).saturating_add(1));
            if let (Ok(year), Ok(number)) = (i32::try_from(year), u8::try_from(month))
                && let Ok(day) = Day::new(year, number, 1)
            {
                let said = std::format!("{year}-{number:02}");
                lines.push((day.midnight(visit.offset), said));
            }
            at = at.saturating_add(step);
        }
        lines
    }
}

pub(super) fn chart(visit: &Visit<'_>, chart: &Chart) -> Markup {
    let count = i64::try_from(chart.rows.len()).unwrap_or(0);
    let bottom = count.saturating_mul(STEP).saturating_add(TOP);
    let size = std::format!("0 0 {} {}", LEFT + WIDTH + 10, bottom.saturating_add(6));
    let day = |at: Timestamp| at.day_in(visit.offset);
    let (from, until) = (day(chart.horizon.start), day(chart.horizon.end));
    let title = visit.words.fill(Text::Drawn, &[&from, &until]);
    let now = chart.x(visit.now);
    let legend = [
        (Kind::Real, Text::LegendReal),
        (Kind::Expected, Text::LegendExpected),
        (Kind::Gap, Text::LegendGap),
    ];
    html! {
        figure.chart {
            div.wider role="group" aria-label=(visit.say(Text::Timeline)) tabindex="0" {
                svg viewBox=(size) role="img" aria-label=(title) {
                    @for (at, said) in chart.lines(visit) {
                        @let x = chart.x(at);
                        line.grid x1=(x) y1=(TOP) x2=(x) y2=(bottom) {}
                        text.tick x=(x) y="12" { (said) }
                    }
                    @for (place, row) in chart.rows.iter().enumerate() {
                        @let y = i64::try_from(place).unwrap_or(0).saturating_mul(STEP).saturating_add(TOP + 6);
                        text.label x="0" y=(y.saturating_add(THICK - 3)) { (row.label) }
                        @for (span, kind) in &row.bars {
                            @let (from, until) = (chart.x(span.start), chart.x(span.end));
                            rect class=(kind.class()) x=(from) y=(y) rx="3" height=(THICK)
                                width=(until.saturating_sub(from).max(2)) {}
                        }
                    }
                    line.now x1=(now) y1=(TOP - 6) x2=(now) y2=(bottom) {}
                    text.here x=(now) y=(TOP - 10) { (visit.say(Text::Now)) }
                }
            }
            figcaption {
                @for (kind, text) in legend {
                    span.key {
                        svg viewBox="0 0 16 10" aria-hidden="true" {
                            rect class=(kind.class()) x="1" y="1" width="14" height="8" rx="2" {}
                        }
                        (visit.say(text))
                    }
                }
            }
        }
    }
}
