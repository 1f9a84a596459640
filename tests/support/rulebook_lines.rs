//! A rulebook's file as lines: its clauses, and the parts of their values.

use cert_lifecycle::codec::rulebook::read;
use cert_lifecycle::model::Day;
use cert_lifecycle::rulebook::Field;

/// A clause of the file: where it stands, and what it is of.
#[derive(Clone, Debug)]
pub struct Entry {
    pub field: Field,
    pub from: Day,
    pub site: Option<String>,
    pub channel: Option<String>,
    /// The lines of the day and of the value, counted from 0.
    pub day_line: usize,
    pub value_line: usize,
}

/// A part of a value that can be wrong by itself.
#[derive(Debug)]
pub enum Token {
    Number,
    Word,
    Truth,
}

fn quoted(line: &str) -> String {
    line.split('"').nth(1).unwrap().to_owned()
}

pub fn day(text: &str) -> Day {
    let mut parts = text.split('-').map(|part| part.parse::<u16>().unwrap());
    let (year, month, day) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let of = |part: u16| u8::try_from(part).unwrap();
    Day::new(i32::from(year), of(month), of(day)).unwrap()
}

pub fn entries(lines: &[&str]) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut open = false;
    for (place, line) in lines.iter().enumerate() {
        if let Some(name) = line
            .strip_prefix("[[")
            .and_then(|rest| rest.strip_suffix("]]"))
        {
            let field = Field::ALL
                .iter()
                .copied()
                .find(|field| field.word() == name);
            open = field.is_some();
            if let Some(field) = field {
                all.push(Entry {
                    field,
                    from: Day::new(1970, 1, 1).unwrap(),
                    site: None,
                    channel: None,
                    day_line: 0,
                    value_line: 0,
                });
            }
        } else if open {
            let entry = all.last_mut().unwrap();
            match line.split(" = ").next().unwrap() {
                "from" => {
                    entry.from = day(&quoted(line));
                    entry.day_line = place;
                }
                "site" => entry.site = Some(quoted(line)),
                "channel" => entry.channel = Some(quoted(line)),
                "value" => entry.value_line = place,
                _ => {}
            }
        }
    }
    all
}

/// The tokens of a value's line, each with its place.
pub fn tokens(line: &str) -> Vec<(Token, usize, usize)> {
    let bytes = line.as_bytes();
    let mut at = "value = ".len();
    let mut all = Vec::new();
    while at < bytes.len() {
        let begin = at;
        if bytes[at] == b'"' {
            at += 1 + line[at + 1..].find('"').unwrap() + 1;
            all.push((Token::Word, begin, at));
        } else if bytes[at].is_ascii_alphanumeric() {
            while at < bytes.len() && (bytes[at].is_ascii_alphanumeric() || bytes[at] == b'_') {
                at += 1;
            }
            let word = &line[begin..at];
            if word.bytes().all(|byte| byte.is_ascii_digit()) {
                all.push((Token::Number, begin, at));
            } else if word == "true" || word == "false" {
                all.push((Token::Truth, begin, at));
            }
        } else {
            at += 1;
        }
    }
    all
}

pub fn with(line: &str, from: usize, to: usize, instead: &str) -> String {
    format!("{}{instead}{}", &line[..from], &line[to..])
}

/// The words that the reader takes at a place, as it says itself of one that it does not.
pub fn choices(lines: &[&str], place: usize, from: usize, to: usize) -> Vec<String> {
    let asked = with(lines[place], from, to, "\"no such word\"");
    let Err(errors) = read("asked", &joined(lines, place, &asked)) else {
        return Vec::new();
    };
    let said = errors.errors().iter().map(ToString::to_string);
    let list = said.filter_map(|one| Some(one.split_once(" is none of ")?.1.to_owned()));
    list.flat_map(|one| one.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

pub fn joined(lines: &[&str], place: usize, instead: &str) -> String {
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        text.push_str(if number == place { instead } else { line });
        text.push('\n');
    }
    text
}
