//! How large a world is likely to be, by the levels that were seen.

use super::report::Estimate;

/// A curve is not drawn on for longer than this.
const MOST_LEVELS: u32 = 400;
/// So many of the last growths the curve is fitted to.
const FITTED: usize = 8;

/// Draws the widths of the levels on. Their growth falls by about the same factor from level to level,
/// so its logarithm falls along a straight line.
///
/// The level at hand is looked at in part: so many of so many states, from which so many came.
pub(super) fn estimate(
    levels: &[u64],
    (looked, level, came): (usize, usize, usize),
    bytes: usize,
    memory: u64,
) -> Estimate {
    let wide = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let part = as_float(wide(looked)).max(1.0);
    let coming = as_float(wide(came)) * as_float(wide(level)) / part;
    let mut widths: std::vec::Vec<f64> = levels.iter().map(|width| as_float(*width)).collect();
    widths.push(coming.max(1.0));
    let growths: std::vec::Vec<f64> = widths
        .windows(2)
        .filter_map(|pair| match pair {
            [one, next] => Some((next / one).ln()),
            _ => None,
        })
        .collect();
    let known: f64 = widths.iter().sum();
    let states = known + still_to_come(&growths, coming);
    let found = levels.iter().sum::<u64>().saturating_add(wide(came));
    let each = as_float(wide(bytes)) / as_float(found.max(1));
    Estimate {
        states: as_count(states),
        bytes: as_count(states * each),
        memory,
    }
}

fn still_to_come(growths: &[f64], mut width: f64) -> f64 {
    let last = growths.len().saturating_sub(FITTED);
    let recent = growths.get(last..).unwrap_or_default();
    let count = as_float(u64::try_from(recent.len()).unwrap_or(u64::MAX));
    let Some(newest) = recent.last() else {
        return 0.0;
    };
    // The slope by least squares.
    let middle = (count - 1.0) / 2.0;
    let mean = recent.iter().sum::<f64>() / count;
    let places = || (0_u32..).map(f64::from);
    let spread: f64 = places()
        .zip(recent)
        .map(|(at, _)| (at - middle) * (at - middle))
        .sum();
    let rise: f64 = places()
        .zip(recent)
        .map(|(at, growth)| (at - middle) * (growth - mean))
        .sum();
    // Where it doesn't fall yet, it falls slowly.
    let slope = if spread > 0.0 { rise / spread } else { 0.0 }.min(-0.02);
    let (mut growth, mut sum) = (*newest, 0.0);
    for _ in 0..MOST_LEVELS {
        growth += slope;
        width *= growth.exp();
        if width < 1.0 || !width.is_finite() {
            break;
        }
        sum += width;
    }
    sum
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an estimate is not precise to the last of many states"
)]
const fn as_float(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of floats stays in range by itself"
)]
const fn as_count(value: f64) -> u64 {
    value as u64
}
