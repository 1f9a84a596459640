//! Which ordered faults a request met with, for the line of the log about it.

use std::cell::RefCell;
use std::vec::Vec;

use crate::server::faults::FaultKind;

tokio::task_local! {
    static MET: RefCell<Vec<FaultKind>>;
}

/// Notes that the request of this task met with a fault; outside of a request nothing is noted.
pub(crate) fn note(kind: FaultKind) {
    let _ = MET.try_with(|met| {
        let mut met = met.borrow_mut();
        if !met.contains(&kind) {
            met.push(kind);
        }
    });
}

/// Serves a request and tells which faults it met with.
pub(crate) async fn observed<T>(serve: impl Future<Output = T>) -> (T, Vec<FaultKind>) {
    MET.scope(RefCell::default(), async {
        let answer = serve.await;
        let met = MET.with(RefCell::take);
        (answer, met)
    })
    .await
}
