//! What must hold of a store whenever nobody writes, whatever happened before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cert_lifecycle::codec::stored::{encode_event, encode_receipt};
use cert_lifecycle::lifecycle::{Beside, Effect, Event, Receipt};
use cert_lifecycle::model::{AccountId, ChainId, InstanceId, OrderId, PlanId, PurchaseId};
use cert_lifecycle::port::{
    Filter, IdempotencyKey, IndexEntry, KeyVaultError, OutboxPart, Read, ReadSet, Stage,
    StoreError, StreamId, Version,
};

pub(crate) use super::folded::Problems;
use super::folded::{Folded, as_received, is_applied_for, waits};
use super::outside::Outside;
use super::place::{Opened, Place, account, product};
use super::writer::Keyed;

/// What clients were told, all of it through the pipe of a process that was killed later.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    pub(crate) receipts: Vec<(AccountId, Option<IdempotencyKey>, Receipt)>,
    pub(crate) tried: Vec<(AccountId, IdempotencyKey, Keyed)>,
    /// Orders that the CA did not know when it was asked about them.
    pub(crate) unknown: Vec<OrderId>,
}

fn stream(kind: &str, id: &str) -> StreamId {
    match kind {
        "0" => StreamId::Instance(InstanceId::new(id).unwrap()),
        "1" => StreamId::Plan(PlanId::new(id).unwrap()),
        "2" => StreamId::Chain(ChainId::new(id).unwrap()),
        _ => StreamId::Purchase(PurchaseId::new(id).unwrap()),
    }
}

/// Every column of a row, which must not be empty.
fn texts(row: &[Option<String>]) -> Vec<&str> {
    row.iter().map(|text| text.as_deref().unwrap()).collect()
}

pub(crate) struct Audit<'a> {
    pub(crate) place: &'a Place,
    pub(crate) opened: &'a Opened,
    pub(crate) outside: &'a Outside,
    pub(crate) acknowledged: &'a Acknowledged,
    /// Whether all work was done before.
    pub(crate) settled: bool,
}

impl Audit<'_> {
    /// Looks at everything; how many streams there were.
    pub(crate) async fn run(&self, problems: &mut Problems) -> usize {
        match self.look(problems).await {
            Ok(streams) => streams,
            Err(error) => {
                problems.check(false, || format!("the store can't be read: {error}"));
                0
            }
        }
    }

    async fn rows(&self, text: &str) -> Vec<Vec<Option<String>>> {
        self.place.rows(text).await.unwrap()
    }

    async fn look(&self, problems: &mut Problems) -> Result<usize, StoreError> {
        let folded = self.journals(problems).await?;
        folded.units_agree(problems);
        self.states(&folded, problems).await?;
        self.lists(&folded, problems).await?;
        self.tables(&folded, problems).await;
        self.promises(&folded, problems).await?;
        self.work(&folded, problems).await?;
        let (instances, plans) = (folded.instances.len(), folded.plans.len());
        Ok(instances + plans + folded.chains.len() + folded.purchases.len())
    }

    async fn journals(&self, problems: &mut Problems) -> Result<Folded, StoreError> {
        let text = "SELECT account, CAST(kind AS text), id, CAST(COUNT(*) AS text), \
                    CAST(MIN(version) AS text), CAST(MAX(version) AS text) \
                    FROM cl_event GROUP BY account, kind, id";
        let mut folded = Folded::default();
        let mut plans = Vec::new();
        for row in self.rows(text).await {
            let [of, kind, id, count, least, most] = texts(&row)[..] else {
                panic!("six columns: {row:?}");
            };
            let whole = least == "1" && most == count;
            problems.check(whole, || format!("the journal of {id} has gaps: {row:?}"));
            let (of, stream) = (account(of), stream(kind, id));
            let journal = self.opened.store.journal(of, stream, Version::NONE, 10_000);
            let events = journal.await?;
            let all = events.len().to_string() == count;
            problems.check(all, || format!("the journal of {id} is cut"));
            folded.fold(of, stream, &events, problems);
            if let StreamId::Plan(id) = stream {
                plans.push((id, events));
            }
        }
        for (id, events) in plans {
            for event in events {
                if let Event::Plan { event, .. } = event {
                    folded.unit(id, &event, problems);
                }
            }
        }
        Ok(folded)
    }

    /// L3: what the store gives is the fold of the journal, whichever way it is asked.
    async fn states(&self, folded: &Folded, problems: &mut Problems) -> Result<(), StoreError> {
        let store = &self.opened.store;
        for (order, (of, id)) in &folded.orders {
            let found = store.load(*of, ReadSet::Order(*order).into()).await?;
            let own = folded.instances.get(&(*of, *id)).cloned();
            let (plan, bought, chain) = match &own {
                Some(own) => (own.state.hold(), own.state.purchase(), own.state.chain()),
                None => (None, None, None),
            };
            problems.same(&found.instance, &own, || format!("order {order}"));
            let plan = plan.and_then(|hold| folded.plans.get(&(*of, hold.plan)));
            problems.same(&found.plan.as_ref(), &plan, || format!("plan of {order}"));
            let bought = bought.and_then(|id| folded.purchases.get(&(*of, id)));
            let what = || format!("purchase of {order}");
            problems.same(&found.purchase.as_ref(), &bought, what);
            let chain = chain.and_then(|id| folded.chains.get(&(*of, id)));
            problems.same(&found.chain.as_ref(), &chain, || {
                format!("chain of {order}")
            });
        }
        let mut accounts = BTreeSet::new();
        for ((of, id), own) in &folded.plans {
            accounts.insert(*of);
            let found = store.load(*of, ReadSet::Plan(*id).into()).await?.plan;
            problems.same(&found.as_ref(), &Some(own), || format!("plan {id}"));
        }
        for ((of, id), own) in &folded.purchases {
            accounts.insert(*of);
            let found = store.load(*of, ReadSet::Purchase(*id).into()).await?;
            let what = || format!("purchase {id}");
            problems.same(&found.purchase.as_ref(), &Some(own), what);
        }
        for of in accounts {
            let code = product().code;
            let found = store.load(of, ReadSet::New(code).into()).await?.beside;
            let plans = folded.plans.iter().filter(|((own, _), _)| *own == of);
            let bought = folded.purchases.iter().filter(|((own, _), _)| *own == of);
            let (plans, bought) = (plans.map(|(_, one)| one), bought.map(|(_, one)| one));
            let plans = plans.map(|one| &one.state);
            let wanted = Beside::of(Some(code), plans, bought.map(|one| &one.state));
            problems.same(&found, &wanted, || format!("the sums of {of}"));
        }
        Ok(())
    }

    async fn lists(&self, folded: &Folded, problems: &mut Problems) -> Result<(), StoreError> {
        let mut accounts: BTreeMap<AccountId, usize> = BTreeMap::new();
        for (of, _) in folded.instances.keys() {
            *accounts.entry(*of).or_default() += 1;
        }
        for (of, count) in accounts {
            let filter = Filter {
                stages: Stage::ALL.to_vec(),
                ..Filter::default()
            };
            let listed = self.opened.store.list(of, filter, None, 100_000).await?;
            problems.same(&listed.len(), &count, || format!("the list of {of}"));
            for one in listed {
                let id = one.entry.instance;
                let Some(own) = folded.instances.get(&(of, id)) else {
                    problems.check(false, || format!("{id} is listed, and has no journal"));
                    continue;
                };
                problems.same(&one.version, &own.version, || format!("{id} in the list"));
                let wanted = IndexEntry::of(&own.state, one.entry.due_at);
                problems.same(&one.entry, &wanted, || format!("{id} in the list"));
                // Somebody looks at it again for as long as the CA owes an answer.
                let looked_at = one.entry.due_at.is_some() || !waits(&own.state);
                problems.check(looked_at, || format!("{id} waits, and nobody looks at it"));
            }
        }
        Ok(())
    }

    /// What lies beside the journals is no more than what follows from them.
    async fn tables(&self, folded: &Folded, problems: &mut Problems) {
        for (table, count) in [
            ("cl_instance", folded.instances.len()),
            ("cl_plan", folded.plans.len()),
            ("cl_chain", folded.chains.len()),
            ("cl_purchase", folded.purchases.len()),
        ] {
            let text = format!("SELECT CAST(COUNT(*) AS text) FROM {table}");
            let found = self.rows(&text).await;
            problems.same(&found, &vec![vec![Some(count.to_string())]], || {
                table.into()
            });
        }
        let found = self
            .rows("SELECT CAST(id AS text), account, instance FROM cl_order")
            .await;
        let found: BTreeSet<String> = found.iter().map(|row| texts(row).join(" ")).collect();
        let wanted = folded.orders.iter();
        let wanted = wanted.map(|(order, (of, id))| format!("{order} {of} {id}"));
        problems.same(&found, &wanted.collect(), || "cl_order".into());
        let found = self
            .rows("SELECT account, instance, backwards FROM cl_name")
            .await;
        let found: BTreeSet<String> = found.iter().map(|row| texts(row).join(" ")).collect();
        let wanted = folded.instances.iter().flat_map(|((of, id), own)| {
            let entry = IndexEntry::of(&own.state, None);
            let names: Vec<String> = (entry.names.iter())
                .map(|name| {
                    let labels: Vec<&str> = name.as_str().rsplit('.').collect();
                    format!("{of} {id} {}.", labels.join("."))
                })
                .collect();
            names
        });
        problems.same(&found, &wanted.collect(), || "cl_name".into());
    }

    /// Nothing that was acknowledged is gone, and a key stands for one answer.
    async fn promises(&self, folded: &Folded, problems: &mut Problems) -> Result<(), StoreError> {
        let mut wanted: HashMap<(AccountId, String), usize> = HashMap::new();
        for (of, key, receipt) in &self.acknowledged.receipts {
            for event in &receipt.events {
                *wanted.entry((*of, encode_event(event))).or_default() += 1;
            }
            let Some(key) = *key else { continue };
            let read = Read {
                set: ReadSet::New(product().code),
                year: None,
                key: Some(key),
            };
            let record = self.opened.store.load(*of, read).await?.record;
            let found = record.map(|record| encode_receipt(&record.receipt));
            problems.same(&found, &Some(encode_receipt(receipt)), || {
                format!("the answer under {key}")
            });
        }
        for order in &self.acknowledged.unknown {
            let missed = is_applied_for(folded, *order);
            problems.check(!missed, || format!("the CA did not know {order}"));
        }
        for (event, count) in wanted {
            let found = folded.events.get(&event).copied().unwrap_or_default();
            problems.check(found >= count, || {
                format!("acknowledged {count} times, found {found} times: {event:?}")
            });
        }
        Ok(())
    }

    /// Work is waiting, or it was done, and what was done follows from an event.
    async fn work(&self, folded: &Folded, problems: &mut Problems) -> Result<(), StoreError> {
        let store = &self.opened.store;
        let parked = store.outbox(OutboxPart::Parked, None, 10).await?;
        problems.check(parked.is_empty(), || format!("laid aside: {parked:?}"));
        let waiting = store.outbox(OutboxPart::Waiting, None, 100_000).await?;
        if self.settled {
            problems.check(waiting.is_empty(), || format!("still waiting: {waiting:?}"));
        }
        let received = self.outside.received();
        let reused = &received.reused;
        problems.check(reused.is_empty(), || format!("other content: {reused:?}"));
        let mut counted: HashMap<Effect, usize> = HashMap::new();
        for effect in received.requests.values() {
            *counted.entry(*effect).or_default() += 1;
        }
        let mut open: HashMap<(AccountId, Effect), usize> = HashMap::new();
        for row in waiting {
            let effect = as_received(row.effect.unwrap());
            *open.entry((row.account, effect)).or_default() += 1;
        }
        for ((of, effect), count) in &open {
            let wanted = folded.effects.get(&(*of, *effect)).copied();
            problems.check(wanted >= Some(*count), || {
                format!("work without an event: {effect:?}")
            });
        }
        for (effect, count) in &counted {
            let mut wanted = folded.effects.iter();
            let wanted = wanted.find(|((_, own), _)| own == effect);
            let wanted = wanted.map_or(0, |(_, count)| *count);
            // The worker cancels once more, under an id of its own, what was withdrawn while the CA
            // was being told; that is no effect of an event.
            let enough = match effect {
                Effect::CancelAtCa { .. } => wanted > 0,
                _ => *count <= wanted,
            };
            problems.check(enough, || {
                format!("{effect:?} counted {count} times, {wanted} were due")
            });
        }
        for ((of, effect), wanted) in &folded.effects {
            let open = open.get(&(*of, *effect)).copied().unwrap_or_default();
            let done = wanted.saturating_sub(open);
            if done == 0 {
                continue;
            }
            let seen = counted.get(effect).copied().unwrap_or_default();
            let holds = match effect {
                Effect::RequestIssuance { order } => seen == 1 || !is_applied_for(folded, *order),
                Effect::DestroyKey { order } => {
                    let key = self.opened.vault.export(*order).await;
                    matches!(key, Err(KeyVaultError::NotFound(_)))
                }
                _ => seen >= done,
            };
            problems.check(holds, || {
                format!("{effect:?} was done {done} times, received {seen} times")
            });
        }
        if self.settled {
            for ((_, id), own) in &folded.instances {
                problems.check(!waits(&own.state), || format!("{id} still waits"));
                if let Some(live) = own.state.live() {
                    let signed = self.outside.serial(live.application().order());
                    let same = signed == Some(live.certificate().serial());
                    problems.check(same, || format!("the CA knows another {id}: {signed:?}"));
                }
            }
        }
        Ok(())
    }
}
