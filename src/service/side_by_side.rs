//! Futures of one task that wait side by side: what they wait for is done at the same time.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;

/// What all of them answer, in their order. At most `most` are under way at once, and one at least; the
/// first failure ends it, and drops the others.
pub(super) async fn side_by_side<F, T, E>(
    most: usize,
    futures: impl IntoIterator<Item = F>,
) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = futures.into_iter().enumerate();
    let mut under_way: Vec<(usize, Pin<Box<F>>)> = Vec::new();
    let mut answers: Vec<(usize, T)> = Vec::new();
    poll_fn(|context| {
        loop {
            let room = most.max(1).saturating_sub(under_way.len());
            let next = waiting.by_ref().take(room);
            under_way.extend(next.map(|(place, future)| (place, Box::pin(future))));
            let (before, mut failed) = (under_way.len(), None);
            under_way.retain_mut(|(place, future)| {
                // Behind a failure nobody else is begun.
                if failed.is_some() {
                    return true;
                }
                match future.as_mut().poll(context) {
                    Poll::Pending => true,
                    Poll::Ready(Ok(answer)) => {
                        answers.push((*place, answer));
                        false
                    }
                    Poll::Ready(Err(error)) => {
                        failed = Some(error);
                        false
                    }
                }
            });
            if let Some(error) = failed {
                return Poll::Ready(Err(error));
            }
            if before == 0 {
                return Poll::Ready(Ok(()));
            }
            // Who ended makes room for others, which nobody would poll otherwise.
            if under_way.len() == before {
                return Poll::Pending;
            }
        }
    })
    .await?;
    answers.sort_by_key(|(place, _)| *place);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::future::poll_fn;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    use super::*;

    fn polled<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        (0..times).find_map(|_| match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        })
    }

    /// Waits so many polls, and counts how many wait with it.
    async fn waits(
        left: usize,
        answer: Result<usize, &'static str>,
        now: &Cell<usize>,
        peak: &Cell<usize>,
    ) -> Result<usize, &'static str> {
        now.set(now.get().saturating_add(1));
        peak.set(peak.get().max(now.get()));
        let mut left = left;
        poll_fn(|_| {
            if left == 0 {
                return Poll::Ready(());
            }
            left = left.saturating_sub(1);
            Poll::Pending
        })
        .await;
        now.set(now.get().saturating_sub(1));
        answer
    }

    #[test]
    fn they_answer_in_their_order_and_so_many_wait_at_once() {
        for (most, expected) in [(0, 1), (1, 1), (3, 3), (9, 7)] {
            let (now, peak) = (Cell::new(0), Cell::new(0));
            let all = (0..7).map(|one| waits(7_usize.saturating_sub(one), Ok(one), &now, &peak));
            let answers = polled(side_by_side(most, all), 100).unwrap();
            assert_eq!(answers, Ok((0..7).collect::<Vec<_>>()));
            assert_eq!(peak.get(), expected, "{most}");
        }
        assert_eq!(
            polled(
                side_by_side(
                    3,
                    core::iter::empty::<core::future::Ready<Result<(), ()>>>()
                ),
                1
            ),
            Some(Ok(Vec::new()))
        );
    }

    #[test]
    fn what_ends_at_once_needs_nobody_to_poll_again() {
        let all = (0..7).map(|one| core::future::ready(Ok::<_, ()>(one)));
        assert_eq!(
            polled(side_by_side(2, all), 1),
            Some(Ok((0..7).collect::<Vec<_>>()))
        );
    }

    #[test]
    fn the_first_failure_ends_it_and_begins_no_more() {
        let (now, peak, begun) = (Cell::new(0), Cell::new(0), Cell::new(0_usize));
        let all = (0..9).map(|one| {
            begun.set(begun.get().saturating_add(1));
            let answer = if one == 1 { Err("away") } else { Ok(one) };
            waits(3_usize.saturating_sub(one), answer, &now, &peak)
        });
        assert_eq!(polled(side_by_side(3, all), 100), Some(Err("away")));
        assert!(begun.get() < 9, "{begun:?}");
        // Nor is one that was handed out and not polled yet.
        let asked = Cell::new(0_usize);
        let all = (0..5).map(|one| {
            let asked = &asked;
            async move {
                asked.set(asked.get().saturating_add(1));
                if one == 1 { Err("away") } else { Ok(one) }
            }
        });
        assert_eq!(polled(side_by_side(4, all), 1), Some(Err("away")));
        assert_eq!(asked.get(), 2);
    }
}
