//! Long work, shared out among the processors.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Does something for each number below `count`, and gives what came of it, in their order. Each thread
/// begins with something of its own; how far they came is shown.
pub fn shared_out<S, T: Send>(
    (count, what): (usize, &str),
    begin: impl Fn() -> S + Sync,
    each: impl Fn(&mut S, usize) -> T + Sync,
) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = begin();
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        break;
                    }
                    if place > 0 && place % count.div_ceil(25) == 0 {
                        eprintln!("{place} of {count} {what}");
                    }
                    let came = each(&mut own, place);
                    done.lock().unwrap().insert(place, came);
                }
            });
        }
    });
    done.into_inner().unwrap().into_values().collect()
}
