//! What a store in memory keeps beside the streams: index, outbox and records.

use std::collections::BTreeMap;

use alloc::vec::Vec;

use crate::lifecycle::Effect;
use crate::model::{AccountId, DomainName, InstanceId, Timestamp};
use crate::port::{
    Claim, DueRow, Filter, IdempotencyKey, IndexEntry, Lease, OutboxPart, OutboxRow, Position,
    Record, RequestId, Stage,
};

#[derive(Debug, Default)]
pub(super) struct Desk {
    index: BTreeMap<(AccountId, Position), Filed>,
    places: BTreeMap<InstanceId, (AccountId, Position)>,
    outbox: BTreeMap<Position, OutboxRow>,
    records: BTreeMap<(AccountId, IdempotencyKey), Record>,
    // The last place given; none is given again.
    last: u64,
}

/// An entry, and until when somebody has claimed it.
#[derive(Debug)]
struct Filed {
    entry: IndexEntry,
    claimed_until: Option<Timestamp>,
    claim: Claim,
}

impl Filed {
    fn due(&mut self, due_at: Option<Timestamp>) {
        self.entry.due_at = due_at;
        self.claimed_until = None;
        self.claim = next(self.claim);
    }
}

const fn next(claim: Claim) -> Claim {
    Claim(claim.0.saturating_add(1))
}

/// Whether nobody has claimed something, or with a clock that ran ahead.
fn is_free(until: Timestamp, lease: &Lease) -> bool {
    until <= lease.now || until > lease.horizon
}

/// Whether a name is another one or below it.
fn is_below(name: &DomainName, suffix: &DomainName) -> bool {
    let (name, suffix) = (name.as_str(), suffix.as_str());
    let head = name.strip_suffix(suffix);
    head.is_some_and(|head| head.is_empty() || head.ends_with('.'))
}

fn is_listed(entry: &IndexEntry, filter: &Filter) -> bool {
    let stage = if filter.stages.is_empty() {
        entry.stage != Stage::Deleted
    } else {
        filter.stages.contains(&entry.stage)
    };
    let expires = filter
        .expires_before
        .is_none_or(|end| entry.expires_at.is_some_and(|at| at < end));
    let product = filter.product.is_none_or(|code| entry.product == code);
    let name = filter
        .name_suffix
        .as_ref()
        .is_none_or(|suffix| entry.names.iter().any(|name| is_below(name, suffix)));
    stage && expires && product && name
}

impl Desk {
    fn next_place(&mut self) -> Position {
        self.last = self.last.saturating_add(1);
        Position(self.last)
    }

    pub(super) fn file(&mut self, account: AccountId, entry: IndexEntry) {
        let place = match self.places.get(&entry.instance) {
            Some(place) => *place,
            None => (account, self.next_place()),
        };
        self.places.insert(entry.instance, place);
        let before = self.index.get(&place).map_or(Claim(0), |filed| filed.claim);
        let filed = Filed {
            entry,
            claimed_until: None,
            claim: next(before),
        };
        self.index.insert(place, filed);
    }

    fn filed(&mut self, account: AccountId, instance: InstanceId) -> Option<&mut Filed> {
        let place = self.places.get(&instance)?;
        self.index.get_mut(place).filter(|_| place.0 == account)
    }

    pub(super) fn stir(&mut self, account: AccountId, instance: InstanceId, at: Timestamp) {
        if let Some(filed) = self.filed(account, instance) {
            filed.due(Some(at));
        }
    }

    pub(super) fn reschedule(
        &mut self,
        account: AccountId,
        instance: InstanceId,
        claim: Claim,
        due_at: Option<Timestamp>,
    ) {
        let filed = self.filed(account, instance);
        if let Some(filed) = filed.filter(|filed| filed.claim == claim) {
            filed.due(due_at);
        }
    }

    pub(super) fn list<'a>(
        &'a self,
        account: AccountId,
        filter: &'a Filter,
        before: Option<Position>,
    ) -> impl Iterator<Item = (Position, &'a IndexEntry)> + 'a {
        let end = before.unwrap_or(Position(u64::MAX));
        let ours = self.index.range((account, Position(0))..(account, end));
        let rows = ours
            .rev()
            .map(|((_, position), filed)| (*position, &filed.entry));
        rows.filter(move |(_, entry)| is_listed(entry, filter))
    }

    pub(super) fn due(&mut self, lease: Lease) -> Vec<DueRow> {
        let mut rows: Vec<_> = (self.index.iter_mut())
            .filter_map(|((account, _), filed)| {
                let due_at = filed.entry.due_at.filter(|at| *at <= lease.now)?;
                let free = filed
                    .claimed_until
                    .is_none_or(|until| is_free(until, &lease));
                free.then_some((due_at, *account, filed))
            })
            .collect();
        rows.sort_by_key(|(due_at, _, filed)| (*due_at, filed.entry.instance));
        let claimed = rows.into_iter().take(lease.limit);
        let claimed = claimed.map(|(due_at, account, filed)| {
            filed.claimed_until = Some(lease.until);
            filed.claim = next(filed.claim);
            DueRow {
                account,
                instance: filed.entry.instance,
                order: filed.entry.order,
                due_at,
                claim: filed.claim,
            }
        });
        claimed.collect()
    }

    pub(super) fn post(
        &mut self,
        account: AccountId,
        at: Timestamp,
        id: RequestId,
        effect: Effect,
    ) {
        let position = self.next_place();
        let row = OutboxRow {
            position,
            id,
            account,
            at,
            effect: Ok(effect),
            attempts: 0,
            claim: Claim(0),
            not_before: at,
            parked: None,
        };
        self.outbox.insert(position, row);
    }

    pub(super) fn lease(&mut self, lease: Lease) -> Vec<OutboxRow> {
        let mut rows: Vec<_> = (self.outbox.values_mut())
            .filter(|row| row.parked.is_none() && is_free(row.not_before, &lease))
            .collect();
        rows.sort_by_key(|row| (row.not_before, row.position));
        let leased = rows.into_iter().take(lease.limit).map(|row| {
            row.attempts = row.attempts.saturating_add(1);
            row.claim = next(row.claim);
            row.not_before = lease.until;
            row.clone()
        });
        leased.collect()
    }

    fn row(&mut self, id: RequestId) -> Option<&mut OutboxRow> {
        self.outbox.values_mut().find(|row| row.id == id)
    }

    /// The row, if the claim on it is not void.
    pub(super) fn leased(&mut self, id: RequestId, claim: Claim) -> Option<&mut OutboxRow> {
        let row = self.row(id)?;
        (row.claim == claim && row.parked.is_none()).then_some(row)
    }

    pub(super) fn retry(&mut self, id: RequestId, at: Timestamp) -> bool {
        let Some(row) = self.row(id).filter(|row| row.parked.is_some()) else {
            return false;
        };
        (row.parked, row.attempts, row.not_before) = (None, 0, at);
        row.claim = next(row.claim);
        true
    }

    pub(super) fn finish(&mut self, id: RequestId) {
        self.outbox.retain(|_, row| row.id != id);
    }

    pub(super) fn outbox(
        &self,
        part: OutboxPart,
        after: Option<Position>,
    ) -> impl Iterator<Item = &OutboxRow> {
        let rows = self.outbox.values();
        rows.filter(move |row| {
            let shown = match part {
                OutboxPart::Waiting => row.parked.is_none(),
                OutboxPart::Parked => row.parked.is_some(),
            };
            shown && after.is_none_or(|after| row.position > after)
        })
    }

    pub(super) fn record(&self, account: AccountId, key: IdempotencyKey) -> Option<&Record> {
        self.records.get(&(account, key))
    }

    pub(super) fn keep(&mut self, account: AccountId, record: Record) {
        self.records.insert((account, record.key), record);
    }

    pub(super) fn forget(&mut self, before: Timestamp, limit: usize) -> usize {
        let mut old: Vec<_> = (self.records.iter())
            .filter(|(_, record)| record.at < before)
            .map(|(key, record)| (record.at, *key))
            .collect();
        old.sort_unstable();
        old.truncate(limit);
        for (_, key) in &old {
            self.records.remove(key);
        }
        old.len()
    }
}
