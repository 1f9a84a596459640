//! What this process used, as Linux counts it: memory, and time of processors.

use std::fs;

/// Resident bytes at most, up to now.
pub fn most() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// Seconds that its threads had a processor, up to now, those that ended included; told in hundredths.
/// Unlike the time on the wall, they hardly change when the machine has other work too.
pub fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which is in brackets: user and system time are the 12th and 13th word.
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let words = behind.split_whitespace().skip(11).take(2);
    let ticks: f64 = words.filter_map(|word| word.parse::<f64>().ok()).sum();
    ticks / 100.0
}
