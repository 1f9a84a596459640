//! A handbook's promise, held against a rulebook: everything that verifying it takes.

use std::error::Error;

use cert_lifecycle::codec::rulebook;
use cert_lifecycle::lifecycle::{Event, InstanceEvent};
use cert_lifecycle::model::RevocationCause;
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::testing::laws::{self, Config};
use cert_lifecycle::testing::{Invariant, Transition};

/// Section 4 of the handbook: a unit comes back if the revocation is asked for within 14 days of the
/// issuance, and never later. What the CA revokes of its own accord is another section.
fn comes_back_in_time(step: &Transition<'_>) -> Option<String> {
    let live = step.before.instance()?.live()?;
    let asked = live.revocation()?.requested_at;
    let returned = |event: &InstanceEvent| {
        matches!(event, InstanceEvent::Revoked { unit_returned: true, cause, .. }
            if *cause == RevocationCause::ByHolder)
    };
    let returned =
        |event: &Event| matches!(event, Event::Instance { event, .. } if returned(event));
    // By dates or by hours: on the fifteenth day it is too late either way.
    let after = asked
        .unix_seconds()
        .saturating_sub(live.issued_at().unix_seconds());
    let wrong = after >= 15 * SECONDS_PER_DAY && step.answer.as_ref().ok()?.iter().any(returned);
    wrong.then(|| "a unit comes back that was asked for after the 14 days".to_owned())
}

/// Holds the laws and the promise against a rulebook, in the editions that we work by.
pub(crate) fn verify(name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let book = rulebook::read(name, text)?;
    let editions = ["2021-02-api", "2023-api", "2025-12-api"].map(|key| book.edition(key));
    let editions = editions.into_iter().collect::<Result<_, _>>()?;
    let config = Config::default().editions(editions).cases(8).length(30);
    let report = laws::check(&book, &config);
    if !report.is_ok() {
        return Err(report.to_string().into());
    }
    println!("  every law holds in {} timelines", report.cases);
    let (law, check) = ("section 4 of the handbook", comes_back_in_time);
    match laws::first_story(&book, &config.cases(3_000), &[Invariant { law, check }]) {
        Some(story) => println!("{story}"),
        None => println!("  and so does {law} in 3,000"),
    }
    Ok(())
}
