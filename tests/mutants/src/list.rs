//! The list of mutants, as cargo-mutants prints it.
use std::collections::HashMap;

use serde_json::Value;

use crate::Failure;

/// A line and a column, both from 1 on; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One change in one place.
#[derive(Clone, Debug)]
pub struct Mutant {
    /// Its switch: from 1 on, in the order of the list.
    pub id: u32,
    /// The name without line and column, which change with every line above; a number after it where a
    /// file has several of that name.
    pub key: String,
    /// The name as cargo-mutants has it.
    pub name: String,
    /// The source file, from the package's root.
    pub file: String,
    /// What kind of change: `FnValue`, `BinaryOperator` and so on.
    pub genre: String,
    /// The text that stands there instead.
    pub replacement: String,
    /// Where the text begins that is replaced.
    pub start: Place,
    /// Where it ends.
    pub end: Place,
}

/// Reads what `cargo mutants --list --json` printed: every mutant whose number is a multiple of `step`.
///
/// # Errors
/// If it is no such list.
pub fn read(json: &str, step: usize) -> Result<Vec<Mutant>, Failure> {
    let list: Vec<Value> = serde_json::from_str(json)?;
    let mut count: HashMap<String, usize> = HashMap::new();
    for one in &list {
        *count.entry(short(text(one, "name")?)).or_default() += 1;
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut mutants = Vec::new();
    for (one, id) in list.iter().zip(0_usize..) {
        let name = text(one, "name")?;
        let mut key = short(name);
        if count[&key] > 1 {
            let nth = seen.entry(key.clone()).or_default();
            *nth += 1;
            key = format!("{key} ({nth})");
        }
        if id % step != 0 {
            continue;
        }
        mutants.push(Mutant {
            id: u32::try_from(mutants.len() + 1)?,
            key,
            name: name.to_owned(),
            file: text(one, "file")?.to_owned(),
            genre: text(one, "genre")?.to_owned(),
            replacement: text(one, "replacement")?.to_owned(),
            start: place(&one["span"]["start"])?,
            end: place(&one["span"]["end"])?,
        });
    }
    Ok(mutants)
}

fn text<'a>(one: &'a Value, field: &str) -> Result<&'a str, Failure> {
    one[field]
        .as_str()
        .ok_or_else(|| format!("a mutant without {field}: {one}").into())
}

fn place(one: &Value) -> Result<Place, Failure> {
    let number = |field: &str| {
        let number = one[field].as_u64().and_then(|n| usize::try_from(n).ok());
        number.ok_or_else(|| Failure::from(format!("a place without {field}: {one}")))
    };
    Ok(Place {
        line: number("line")?,
        column: number("column")?,
    })
}

/// `src/a.rs:1:2: replace …` without line and column.
fn short(name: &str) -> String {
    let mut parts = name.splitn(4, ':');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(file), Some(_), Some(_), Some(rest)) => format!("{file}:{rest}"),
        _ => name.to_owned(),
    }
}
