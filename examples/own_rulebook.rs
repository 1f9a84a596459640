//! Rules of your own in a file: what they change in an answer, what is said about a file that is
//! wrong, and how a file that can be read and is wrong is found out (`own_rulebook/verified.rs`).
//!
//! ```text
//! cargo run --example own_rulebook [-- FILE]
//!   FILE   a rulebook in TOML instead of the one below; `--published` prints the published one
//! ```
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example shows what it does"
)]

#[path = "own_rulebook/verified.rs"]
mod verified;

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use cert_lifecycle::codec::rulebook;
use cert_lifecycle::lifecycle::sample::sample;
use cert_lifecycle::lifecycle::{Command, Law, World, return_window};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    CertificateInstance, Channel, ResourcePlan, RevocationReason, Site, Status, ValidationClass,
};
use cert_lifecycle::rulebook::{Edition, Rulebook, Window};

/// Only what differs: 45 days of notice, and a unit comes back within 14 days alone.
const OWN: &str = r#"
extends = "published"

[[notice]]
from = "2021-02-26"
value = { within_days = 45 }
sources = ["OPS"]

[[return_days]]
from = "2021-02-26"
channel = "api"
value = { days = 14 }
sources = ["OPS"]

[[source]]
key = "OPS"
date = "2026-01-01"
title = "our handbook of operations, section 4"
"#;

/// The same, made to last: no later page says otherwise.
const LASTING: &str = r#"
extends = "published"
replace = ["notice", "return_days"]

[[notice]]
from = "2018-06-07"
value = { within_days = 45 }
sources = ["OPS"]

[[return_days]]
from = "2018-06-07"
value = { days = 14 }
sources = ["OPS"]

[[source]]
key = "OPS"
date = "2026-01-01"
title = "our handbook of operations, section 4"
"#;

/// Slips of the pen.
const MISSPELT: &str = r#"
extends = "published"

[[notice]]
from = "2021-02-30"
channel = "apy"
value = { within_hours = 1080 }
sources = ["OPS"]

[[return_day]]
from = "2021-02-26"
value = { days = "14 days" }

[[term]]
from = "2026-01-01"
value = { days = -90 }
sources = ["S3"]
"#;

/// Each clause can be read; together they make no rulebook.
const IMPOSSIBLE: &str = r#"
extends = "published"

[[term]]
from = "2026-01-01"
value = { days = 30 }
sources = ["S3"]

[[order_deletion]]
from = "2026-01-01"
value = ["Issued"]
sources = ["S33"]

[[point]]
key = "antiquity"
day = "1999-01-01"
site = "cn"
channel = "api"
"#;

/// The edition that the answers are taken from.
const EDITION: &str = "2021-02-api";
/// And a day of 2026, for the same site and channel.
const LATER: &str = "2026-07-01T00:00:00+08:00";

fn main() -> ExitCode {
    match run(std::env::args().nth(1).as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(argument: Option<&str>) -> Result<(), Box<dyn Error>> {
    let own = match argument {
        None => rulebook::read("own.toml", OWN)?,
        Some("--published") => {
            print!("{}", rulebook::write(&Rulebook::published()));
            return Ok(());
        }
        Some(path) => rulebook::read(path, &fs::read_to_string(path)?)?,
    };
    let published = Rulebook::published();
    println!("The published rules, edition {EDITION}:");
    answers(&published, &published.edition(EDITION)?)?;
    println!("\nThe rules of the file, edition {EDITION}:");
    answers(&own, &own.edition(EDITION)?)?;
    println!("\nThe rules of the file in 2026, when later published clauses go on:");
    let in_2026 = |book: &Rulebook| -> Result<(), Box<dyn Error>> {
        answers(book, &book.as_of(LATER.parse()?, Site::Cn, Channel::Api)?)
    };
    in_2026(&own)?;
    if argument.is_none() {
        println!("\nWith replace = [\"notice\", \"return_days\"], in 2026:");
        in_2026(&rulebook::read("lasting.toml", LASTING)?)?;
    }
    println!("\nA file with slips of the pen:");
    show_errors("misspelt.toml", MISSPELT);
    println!("\nA file whose clauses make no rulebook:");
    show_errors("impossible.toml", IMPOSSIBLE);
    if argument.is_none() {
        println!("\nThe file, held against the handbook that it was written from:");
        verified::verify("own.toml", OWN)?;
        println!("With replace = [\"notice\", \"return_days\"]:");
        verified::verify("lasting.toml", LASTING)?;
    }
    Ok(())
}

/// What a rulebook says about a certificate that was issued on the day after the edition's.
fn answers(book: &Rulebook, edition: &Edition) -> Result<(), Box<dyn Error>> {
    let law = Law::single(edition, book.ceilings());
    let offset = edition.calendar().value.offset;
    for (name, cite) in [
        ("notice", &edition.notice().cite),
        ("return_days", &edition.return_days().cite),
    ] {
        let lines = edition.lines();
        let line = lines.iter().find(|line| line.field.word() == name);
        let says = line.map_or("", |line| line.text.as_str());
        println!(
            "  {name}: {says} [{}; {}]",
            cite.sources,
            cite.standing.word()
        );
    }
    let issued = sample(Some(Status::Issued), ValidationClass::Dv, &law).ok_or("no sample")?;
    let (mut world, now) = (issued.world, issued.now);
    if let Some(until) = return_window(&world.case(), &law).and_then(Window::until) {
        println!(
            "  the unit returns until before {}",
            until.in_offset(offset)
        );
    }
    let certificate = world.instance().and_then(CertificateInstance::certificate);
    let end = certificate.ok_or("no certificate")?.validity().not_after();
    let almost_over = end.saturating_add(-40 * SECONDS_PER_DAY);
    if let Some(status) = world.status(almost_over, &law) {
        println!("  40 days before its end the certificate is {status}");
    }
    let left = |world: &World| world.plan().map_or(0, ResourcePlan::remaining);
    let before = left(&world);
    let at = now.saturating_add(20 * SECONDS_PER_DAY);
    let reason = RevocationReason::Superseded;
    world.apply(&Command::RequestRevocation { reason }, at, &law)?;
    world.apply(&Command::CompleteRevocation { at }, at, &law)?;
    let after = left(&world);
    println!("  revoked 20 days after its issuance: units left {before} -> {after}");
    Ok(())
}

fn show_errors(name: &str, text: &str) {
    match rulebook::read(name, text) {
        Ok(_) => println!("  nothing is wrong with {name}"),
        Err(errors) => println!("{errors}"),
    }
}
