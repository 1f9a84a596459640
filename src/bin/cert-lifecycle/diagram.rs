//! `diagram`: the statuses and what leads from one to another.

use cert_lifecycle::lifecycle::{Law, Table, diagram, table};
use cert_lifecycle::model::ValidationClass;
use clap::{Args, ValueEnum};

use super::law::{BookArgs, ClassArg};
use super::output::{End, Failure, Output};
use super::table::of_orders;

/// How the diagram is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A state diagram of Mermaid
    Mermaid,
    /// A graph for Graphviz
    Dot,
    /// A picture, with a title and a description for those who don't see it
    Svg,
}

/// Draw the statuses and what leads from one to another
#[derive(Clone, Debug, Args)]
pub(crate) struct Diagram {
    /// The edition, such as 2021-02-api
    #[arg(long, value_name = "KEY")]
    edition: String,
    /// The validation class; without it, all three in one picture
    #[arg(long, value_enum)]
    class: Option<ClassArg>,
    #[command(flatten)]
    book: BookArgs,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Mermaid)]
    format: Format,
}

impl Diagram {
    pub(crate) fn run(&self, out: &mut Output) -> Result<End, Failure> {
        let book = self.book.book()?;
        let edition = of_orders(&book, &self.edition)?;
        let law = Law::single(&edition, book.ceilings());
        let classes = match self.class {
            Some(class) => vec![class.class()],
            None => ValidationClass::ALL.to_vec(),
        };
        let tables: Vec<Table> = classes.iter().map(|class| table(*class, &law)).collect();
        let tables: Vec<&Table> = tables.iter().collect();
        let title = format!("Certificate life cycle, edition {}", edition.key());
        out.put(match self.format {
            Format::Mermaid => diagram::mermaid(&tables),
            Format::Dot => diagram::dot(&tables, &title),
            Format::Svg => diagram::svg(&tables, &title),
        })?;
        Ok(End::Fine)
    }
}
