//! The command line: the rules verified, compared, drawn, explained, replayed and served.
//!
//! One file, or one folder, a subcommand. Each has a struct of arguments with a `run` that answers with an [`End`] or
//! a [`Failure`]; `output` holds what they share about writing, `law` about which rules apply.

mod answer;
mod check;
mod diagram;
mod diff;
mod editions;
mod explain;
mod instant;
mod json;
mod law;
mod missed;
mod output;
mod replay;
mod serve;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use output::{End, Failure, Output};

/// The certificate life cycle of cloud certificate services as dated, cited rules.
#[derive(Debug, Parser)]
#[command(
    name = "cert-lifecycle",
    version,
    after_help = "Exit codes:\n  \
        0  fine\n  \
        1  findings: a broken law, differences, or refusals with --deny-refusals\n  \
        2  wrong usage or input\n  \
        3  nothing was found, but a check did not finish in its time or memory\n\n\
        Answers go to standard output, everything else to standard error."
)]
struct Cli {
    #[command(subcommand)]
    command: Subcommands,
}

#[derive(Debug, Subcommand)]
enum Subcommands {
    Check(check::Check),
    Diff(diff::Diff),
    Table(table::TableArgs),
    Diagram(diagram::Diagram),
    Explain(explain::Explain),
    Replay(replay::Replay),
    Editions(editions::Editions),
    Serve(serve::Serve),
}

impl Subcommands {
    fn run(&self, out: &mut Output) -> Result<End, Failure> {
        match self {
            Self::Check(args) => args.run(out),
            Self::Diff(args) => args.run(out),
            Self::Table(args) => args.run(out),
            Self::Diagram(args) => args.run(out),
            Self::Explain(args) => args.run(out),
            Self::Replay(args) => args.run(out),
            Self::Editions(args) => args.run(out),
            Self::Serve(args) => args.run(out),
        }
    }
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Whoever closed the pipe does not want to read it.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(2)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let mut out = Output::new();
    let end = cli.command.run(&mut out);
    output::finish(end, out)
}
