//! What a question costs among a million instances against its cost among ten thousand, how large the
//! database is, and how much memory the process has.

use std::sync::Arc;
use std::time::Instant;

use cert_lifecycle::codec::stored::{decode_event, encode_event};
use cert_lifecycle::lifecycle::Event;
use cert_lifecycle::model::{InstanceId, OrderId, Timestamp};
use cert_lifecycle::port::{
    Batch, Expectation, Filter, IndexEntry, Lease, ReadSet, Stage, Store, StreamId, Version,
};
use cert_lifecycle::service::Service;

use super::ours::{Ours, account};
use super::{Side, median};

/// So many instances are compared with so many.
const FEW: u64 = 10_000;
const MANY: u64 = 1_000_000;
/// Each account has so many.
const ACCOUNTS: u64 = 100;
/// So many are due.
const DUE: u64 = 100;
/// Instances in one batch.
const AT_ONCE: u64 = 100;
/// Each question is asked so often.
const TIMES: usize = 100;

/// What one instance is made from: the events and the entry of one that a service began.
struct Template {
    instance: String,
    order: String,
    account: String,
    events: Vec<String>,
    entry: IndexEntry,
}

impl Template {
    /// The first instance of account 0.
    async fn of(store: &Arc<dyn Store>, service: &Service) -> Self {
        let owner = account(0);
        let all = service
            .list(owner, Filter::default(), None, 1)
            .await
            .unwrap();
        let entry = all[0].listed.entry.clone();
        let stream = StreamId::Instance(entry.instance);
        let events = store.journal(owner, stream, Version(0), 9).await.unwrap();
        Self {
            instance: entry.instance.to_string(),
            order: entry.order.to_string(),
            account: owner.to_string(),
            events: events.iter().map(encode_event).collect(),
            entry,
        }
    }

    /// Another instance by its number.
    fn another(&self, number: u64) -> (Vec<Event>, IndexEntry) {
        let id = format!("scale-{number}");
        let order = 200_000_000_000_000 + number;
        let owner = account(usize::try_from(number % ACCOUNTS).unwrap()).to_string();
        let events = self.events.iter().map(|text| {
            let text = text.replace(&format!("\"{}\"", self.instance), &format!("\"{id}\""));
            let text = text.replace(&self.order, &order.to_string());
            let text = text.replace(&self.account, &owner);
            decode_event(&text).unwrap()
        });
        let mut entry = self.entry.clone();
        entry.instance = InstanceId::new(&id).unwrap();
        entry.order = OrderId::new(order).unwrap();
        entry.names = Arc::from([format!("host-{number}.example.com").parse().unwrap()]);
        entry.due_at = None;
        (events.collect(), entry)
    }
}

/// Puts instances in, from one number up to another.
async fn fill(store: &Arc<dyn Store>, template: &Template, at: Timestamp, from: u64, to: u64) {
    let begun = Instant::now();
    let mut next = from;
    while next < to {
        // A batch is of one account.
        let owner = account(usize::try_from((next / AT_ONCE) % ACCOUNTS).unwrap());
        let mut batch = Batch::new(owner, at);
        let base = (next / AT_ONCE / ACCOUNTS) * AT_ONCE * ACCOUNTS;
        for place in 0..AT_ONCE {
            let number = base + place * ACCOUNTS + (next / AT_ONCE) % ACCOUNTS;
            let (events, entry) = template.another(number);
            let stream = StreamId::Instance(entry.instance);
            batch.expectations.push(Expectation::New(stream));
            batch.events.extend(events);
            batch.index.push(entry);
        }
        store.commit(batch).await.unwrap();
        next += AT_ONCE;
        if next.is_multiple_of(100_000) {
            println!(
                "  {next} instances after {:.0} s",
                begun.elapsed().as_secs_f64()
            );
        }
    }
}

/// The microseconds that an answer takes, in the middle of many.
async fn cost(mut ask: impl AsyncFnMut()) -> f64 {
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let begun = Instant::now();
        ask().await;
        times.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    median(times)
}

/// The questions, each with its cost.
async fn ask(store: &Arc<dyn Store>, now: Timestamp) -> Vec<(&'static str, f64)> {
    let lease = Lease {
        now,
        // The claim ends at once, for the next question.
        until: now,
        horizon: now.saturating_add(3_600),
        limit: 100,
    };
    let due = cost(async || {
        let rows = store.due(lease).await.unwrap();
        assert_eq!(rows.len(), 100);
    });
    let mut costs = vec![("100 that are due", due.await)];
    let name = |text: &str| Some(text.parse().unwrap());
    let filters = [
        ("a page of 50", Filter::default()),
        (
            "a page of 50 by stage",
            Filter {
                stages: vec![Stage::Verifying],
                ..Filter::default()
            },
        ),
        (
            "those below a name",
            Filter {
                name_suffix: name("host-4200.example.com"),
                ..Filter::default()
            },
        ),
    ];
    for (what, filter) in filters {
        let page = cost(async || {
            let rows = store
                .list(account(0), filter.clone(), None, 50)
                .await
                .unwrap();
            assert!(!rows.is_empty());
        });
        costs.push((what, page.await));
    }
    let middle = store
        .list(account(0), Filter::default(), None, 100)
        .await
        .unwrap();
    let before = middle.last().map(|row| row.position);
    let page = cost(async || {
        let rows = store
            .list(account(0), Filter::default(), before, 50)
            .await
            .unwrap();
        assert!(rows.len() <= 50);
    });
    costs.push(("a later page of 50", page.await));
    let order = OrderId::new(200_000_000_004_200).unwrap();
    let load = cost(async || {
        let loaded = store.load(account(0), ReadSet::Order(order).into()).await;
        assert!(loaded.unwrap().instance.is_some());
    });
    costs.push(("what a command looks at", load.await));
    costs
}

/// Resident memory of this process in MiB; 0 where the system doesn't say.
fn memory() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kib.unwrap_or_default() / 1_024.0
}

/// Fills a store and asks; `size` is that of the database in bytes.
pub(crate) async fn scale(name: &str, store: Arc<dyn Store>, size: impl AsyncFn() -> u64) {
    let ours = Ours::new(store.clone());
    ours.buy(0).await;
    ours.submit(0).await;
    let start: Timestamp = "2026-03-20T09:00:00+08:00".parse().unwrap();
    let template = Template::of(&store, &ours.service).await;
    // A hundred are due, of the account whose lists are read.
    let mut batch = Batch::new(account(0), start);
    for number in 0..DUE {
        let (events, mut entry) = template.another(MANY * 10 + number * ACCOUNTS);
        entry.due_at = Some(start);
        batch.events.extend(events);
        batch.index.push(entry);
    }
    store.commit(batch).await.unwrap();
    let now = start.saturating_add(60);
    let empty = size().await;
    fill(&store, &template, start, 0, FEW).await;
    let few = ask(&store, now).await;
    fill(&store, &template, start, FEW, MANY).await;
    let many = ask(&store, now).await;
    for ((what, few), (_, many)) in few.iter().zip(&many) {
        println!(
            "{name}, {what}: {few:.0} us among {FEW}, {many:.0} us among {MANY}, ratio {:.2}",
            many / few
        );
    }
    let bytes = size().await.saturating_sub(empty) / MANY;
    println!(
        "{name}: {bytes} bytes an instance; {:.0} MiB resident",
        memory()
    );
}
