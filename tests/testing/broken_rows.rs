//! Rows in memory with one fault.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::thread;

use cert_lifecycle::port::{BoxFuture, RowKey, RowValue, Rows, RowsError};
use cert_lifecycle::testing::RowsUnderTest;

/// What is wrong with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    // Writing.
    FirstChangeCounts,
    KeepsWhatIsGone,
    LosesEmptyValues,
    CutsLongValues,
    EndsAtNul,
    KeysWithoutCase,
    OneAfterTheOther,
    BeforePolled,
    AnsweredTooEarly,
    // Scanning.
    PrefixIsAPattern,
    AnyOrder,
    AfterIsIncluded,
    TooMany,
    // No answers.
    Unavailable,
}

type Table = BTreeMap<RowKey, RowValue>;
type Changes = Vec<(RowKey, Option<RowValue>)>;

pub(crate) struct BrokenRows {
    fault: Fault,
    table: Arc<Mutex<Table>>,
}

/// A handle.
struct Broken {
    fault: Fault,
    table: Arc<Mutex<Table>>,
    // What was answered and not carried out yet.
    late: Mutex<Changes>,
}

impl BrokenRows {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            table: Arc::default(),
        }
    }
}

impl RowsUnderTest for BrokenRows {
    fn rows(&self) -> Arc<dyn Rows> {
        Arc::new(Broken {
            fault: self.fault,
            table: self.table.clone(),
            late: Mutex::default(),
        })
    }

    fn another_handle(&self) -> BoxFuture<'_, Result<Arc<dyn Rows>, RowsError>> {
        Box::pin(async move { Ok(self.rows()) })
    }
}

fn lower(key: RowKey) -> RowKey {
    RowKey::new(&key.as_str().to_lowercase()).unwrap()
}

/// As a pattern of SQL has it, in which `_` is any character.
fn is_like(key: &str, prefix: &str) -> bool {
    let mut chars = key.chars();
    (prefix.chars()).all(|wanted| chars.next().is_some_and(|c| wanted == '_' || wanted == c))
}

impl Broken {
    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn key(&self, key: RowKey) -> RowKey {
        if self.is(Fault::KeysWithoutCase) {
            lower(key)
        } else {
            key
        }
    }

    fn change(&self, changes: Changes) {
        let mut table = self.table.lock().unwrap();
        for (key, value) in changes {
            let key = self.key(key);
            match value.map(RowValue::into_bytes) {
                None if self.is(Fault::KeepsWhatIsGone) => {}
                None => {
                    table.remove(&key);
                }
                Some(bytes) if bytes.is_empty() && self.is(Fault::LosesEmptyValues) => {
                    table.remove(&key);
                }
                Some(mut bytes) => {
                    if self.is(Fault::CutsLongValues) {
                        bytes.truncate(0xffff);
                    }
                    if let (true, Some(end)) = (
                        self.is(Fault::EndsAtNul),
                        bytes.iter().position(|b| *b == 0),
                    ) {
                        bytes.truncate(end);
                    }
                    table.insert(key, RowValue::new(bytes).unwrap());
                }
            }
            if self.is(Fault::OneAfterTheOther) {
                drop(table);
                thread::sleep(std::time::Duration::from_micros(200));
                table = self.table.lock().unwrap();
            }
        }
    }

    fn carry_out(&self, mut changes: Changes) {
        match self.fault {
            Fault::FirstChangeCounts => {
                changes.reverse();
                self.change(changes);
            }
            Fault::AnsweredTooEarly => *self.late.lock().unwrap() = changes,
            _ => self.change(changes),
        }
    }

    fn catch_up(&self) {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        self.change(late);
    }
}

impl Rows for Broken {
    fn get(&self, key: RowKey) -> BoxFuture<'_, Result<Option<RowValue>, RowsError>> {
        Box::pin(async move {
            self.catch_up();
            if self.is(Fault::Unavailable) {
                return Err(RowsError::new("somebody pulled the plug"));
            }
            Ok(self.table.lock().unwrap().get(&self.key(key)).cloned())
        })
    }

    fn write(&self, changes: Changes) -> BoxFuture<'_, Result<(), RowsError>> {
        if self.is(Fault::BeforePolled) {
            self.carry_out(changes);
            return Box::pin(async { Ok(()) });
        }
        Box::pin(async move {
            self.catch_up();
            self.carry_out(changes);
            Ok(())
        })
    }

    fn scan(
        &self,
        prefix: RowKey,
        after: Option<RowKey>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<(RowKey, RowValue)>, RowsError>> {
        Box::pin(async move {
            self.catch_up();
            let table = self.table.lock().unwrap();
            let behind = |key: &RowKey| {
                after.is_none_or(|after| {
                    *key > after || self.is(Fault::AfterIsIncluded) && *key == after
                })
            };
            let begins = |key: &RowKey| {
                if self.is(Fault::PrefixIsAPattern) {
                    is_like(key.as_str(), prefix.as_str())
                } else {
                    key.as_str().starts_with(prefix.as_str())
                }
            };
            let mut found: Vec<_> = (table.iter())
                .filter(|(key, _)| begins(key) && behind(key))
                .map(|(key, value)| (*key, value.clone()))
                .collect();
            if self.is(Fault::AnyOrder) {
                found.sort_by_key(|(key, _)| lower(*key));
            }
            found.truncate(limit + usize::from(self.is(Fault::TooMany)));
            Ok(found)
        })
    }
}
