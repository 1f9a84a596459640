//! What came of each mutant, kept in a file as it comes.
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use crate::Failure;

/// What came of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// No compiler takes it.
    Unviable,
    /// This test fails.
    Caught(String),
    /// These tests don't come to an end.
    Late(String),
    /// No quick test fails; the long ones were not asked yet.
    Open,
    /// No test fails; the text says how many were asked.
    Survived(String),
}

impl Answer {
    fn line(&self, key: &str) -> String {
        let (word, by) = match self {
            Self::Unviable => ("unviable", ""),
            Self::Caught(by) => ("caught", by.as_str()),
            Self::Late(by) => ("late", by.as_str()),
            Self::Open => ("open", ""),
            Self::Survived(by) => ("survived", by.as_str()),
        };
        format!("{key}\t{word}\t{by}\n")
    }

    fn read(word: &str, by: &str) -> Option<Self> {
        match word {
            "unviable" => Some(Self::Unviable),
            "caught" => Some(Self::Caught(by.to_owned())),
            "late" => Some(Self::Late(by.to_owned())),
            "open" => Some(Self::Open),
            "survived" => Some(Self::Survived(by.to_owned())),
            _ => None,
        }
    }
}

/// All answers there are.
#[derive(Debug)]
pub struct Answers {
    known: BTreeMap<String, Answer>,
    file: File,
}

impl Answers {
    /// Opens the file, or makes it. A line that was not written to its end counts for nothing.
    /// `again` are the answers that are asked for anew.
    ///
    /// # Errors
    /// If it can't be read or written.
    pub fn open(path: &Path, again: impl Fn(&Answer) -> bool) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).unwrap_or_default();
        let mut known = BTreeMap::new();
        for line in text.split_inclusive('\n') {
            let Some(line) = line.strip_suffix('\n') else {
                continue;
            };
            if let [key, word, by] = line.split('\t').collect::<Vec<_>>()[..]
                && let Some(answer) = Answer::read(word, by)
            {
                known.insert(key.to_owned(), answer);
            }
        }
        let before = known.len();
        known.retain(|_, answer| !again(answer));
        // What is as it should be is left alone: another process may be adding to it.
        if known.len() != before || !(text.is_empty() || text.ends_with('\n')) {
            let lines = known.iter().map(|(key, answer)| answer.line(key));
            fs::write(path, lines.collect::<String>())?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        Ok(Self { known, file })
    }

    /// What came of a mutant.
    pub fn get(&self, key: &str) -> Option<&Answer> {
        self.known.get(key)
    }

    /// Takes an answer down.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn add(&mut self, key: &str, answer: Answer) -> Result<(), Failure> {
        self.file.write_all(answer.line(key).as_bytes())?;
        self.known.insert(key.to_owned(), answer);
        Ok(())
    }
}

/// Answers that several write.
pub type Shared = Mutex<Answers>;
