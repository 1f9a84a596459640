//! `table`: every command in every status, as the code answers it.

use cert_lifecycle::lifecycle::{Cell, Law, Outcome, Table, table};
use cert_lifecycle::model::{Channel, Status};
use cert_lifecycle::rulebook::{Edition, Rulebook};
use clap::{Args, ValueEnum};

use super::json::{Object, list, quoted, slug};
use super::law::{BookArgs, ClassArg, find};
use super::output::{End, Failure, Output};

/// How the table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown: a table for each status
    Md,
    /// A line for each pair of status and command
    Csv,
    /// One object
    Json,
}

/// Print what every command does in every status, as the code answers it
///
/// By API an order of a plan is looked at, and Pending Application is one that was withdrawn; on the
/// console it is a bought slot, which is not cancelled, while a slot that was drawn from a plan is.
/// What begins something is asked with the ids of what is there: where that has begun already, R-40
/// refuses them as taken, and with new ids it would begin beside it.
#[derive(Clone, Debug, Args)]
pub(crate) struct TableArgs {
    /// The edition, such as 2021-02-api
    #[arg(long, value_name = "KEY")]
    edition: String,
    /// The validation class
    #[arg(long, value_enum, default_value_t = ClassArg::Dv)]
    class: ClassArg,
    #[command(flatten)]
    book: BookArgs,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Md)]
    format: Format,
}

/// An edition that judges orders.
pub(crate) fn of_orders(book: &Rulebook, key: &str) -> Result<Edition, Failure> {
    let edition = find(book, key)?;
    match edition.point().channel {
        Channel::Console | Channel::Api => Ok(edition),
        Channel::ApiV2 => Err(Failure::Input(format!(
            "the edition {key} is of the instance model of 2026, a machine of its own, whose table is on the \
             manual's page `table`; choose one of the channel console or api"
        ))),
    }
}

impl TableArgs {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let book = self.book.book()?;
        let edition = of_orders(&book, &self.edition)?;
        let law = Law::single(&edition, book.ceilings());
        let class = self.class.class();
        let made = table(class, &law);
        match self.format {
            Format::Md => markdown(out, &made)?,
            Format::Csv => csv(out, &made)?,
            Format::Json => {
                let mut object = Object::new();
                object
                    .text("edition", edition.key())
                    .text("digest", edition.digest())
                    .text("class", slug(class.word()))
                    .raw(
                        "cells",
                        list(made.cells().map(|(from, cell)| json(from, cell))),
                    );
                out.line(object.finish())?;
            }
        }
        Ok(End::Fine)
    }
}

/// What a status is called; there is one before the application.
fn name(status: Option<Status>) -> &'static str {
    status.map_or("(no order)", Status::word)
}

fn guards(cell: &Cell) -> String {
    let all: Vec<String> = cell.guards.iter().map(ToString::to_string).collect();
    all.join(" ")
}

fn markdown(out: &mut Output, table: &Table) -> Result<(), Failure> {
    for row in &table.rows {
        out.line(format_args!("## {}\n", name(row.status)))?;
        if row
            .cells
            .iter()
            .all(|cell| cell.outcome == Outcome::Unreachable)
        {
            out.line("The edition has no way into this status.\n")?;
            continue;
        }
        out.line("| Command | Outcome | Guards, in the order in which they are asked |")?;
        out.line("|---|---|---|")?;
        for cell in &row.cells {
            out.line(format_args!(
                "| {} | {} | {} |",
                cell.command,
                cell.outcome,
                guards(cell)
            ))?;
        }
        out.line("")?;
    }
    Ok(())
}

/// The word of an outcome, with the status and the rule that belong to it.
fn parts(outcome: &Outcome) -> (&'static str, Option<Status>, Option<String>) {
    match outcome {
        Outcome::Leads { to, rule } => ("leads", Some(*to), Some(rule.to_string())),
        Outcome::Recorded { rule } => ("recorded", None, Some(rule.to_string())),
        Outcome::Nothing => ("nothing", None, None),
        Outcome::Refused { rule } => ("refused", None, Some(rule.to_string())),
        Outcome::Unreachable => ("unreachable", None, None),
    }
}

fn csv(out: &mut Output, table: &Table) -> Result<(), Failure> {
    // No field has a comma or a quote in it.
    out.line("status,command,outcome,to,rule,guards")?;
    for (status, cell) in table.cells() {
        let (word, to, rule) = parts(&cell.outcome);
        out.line(format_args!(
            "{},{},{word},{},{},{}",
            name(status),
            cell.command,
            to.map_or("", Status::word),
            rule.unwrap_or_default(),
            guards(cell)
        ))?;
    }
    Ok(())
}

fn json(status: Option<Status>, cell: &Cell) -> String {
    let (word, to, rule) = parts(&cell.outcome);
    let mut object = Object::new();
    object
        .maybe("status", status.map(|status| slug(status.word())))
        .text("command", cell.command)
        .text("outcome", word)
        .maybe("to", to.map(|status| slug(status.word())))
        .maybe("rule", rule)
        .raw("guards", list(cell.guards.iter().map(quoted)));
    object.finish()
}
