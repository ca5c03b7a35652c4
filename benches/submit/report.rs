//! The table: medians over the rounds, and ratios of contenders measured in the same run.

use std::collections::BTreeMap;
use std::fmt;

use super::hubs::{ECHO, beside, unsigned_of};
use super::load::Measured;

/// Everything measured, in the order of the first measurement.
#[derive(Debug, Default)]
pub(crate) struct Table {
    names: Vec<&'static str>,
    results: BTreeMap<(usize, &'static str), Vec<Measured>>,
}

impl Table {
    pub(crate) fn add(&mut self, name: &'static str, in_flight: usize, measured: Measured) {
        if !self.names.contains(&name) {
            self.names.push(name);
        }
        self.results.entry((in_flight, name)).or_default().push(measured);
    }

    /// The median of one column.
    fn median(&self, in_flight: usize, name: &'static str, column: impl Fn(&Measured) -> f64) -> Option<f64> {
        let mut values: Vec<f64> = self.results.get(&(in_flight, name))?.iter().map(column).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:>9}  {:<28} {:>10} {:>9} {:>9} {:>8} {:>14} {:>12} {:>10}",
            "in flight",
            "contender",
            "submits/s",
            "p50 ms",
            "p99 ms",
            "/ echo",
            "/ one tx each",
            "/ two kinds",
            "/ unsigned"
        )?;
        let mut levels: Vec<usize> = self.results.keys().map(|(in_flight, _)| *in_flight).collect();
        levels.dedup();
        for in_flight in levels {
            for name in &self.names {
                let rate = |name| self.median(in_flight, name, |measured| measured.per_second);
                let Some(own) = rate(name) else { continue };
                let ratio = |to: Option<f64>| to.map_or_else(|| "–".to_owned(), |to| format!("{:.2}", own / to));
                let single = beside(name).and_then(|on| rate(on.single));
                let two_kinds = beside(name).and_then(|on| rate(on.two_kinds));
                writeln!(
                    f,
                    "{in_flight:>9}  {name:<28} {own:>10.0} {:>9.2} {:>9.2} {:>8} {:>14} {:>12} {:>10}",
                    self.median(in_flight, name, |measured| measured.p50)
                        .unwrap_or_default(),
                    self.median(in_flight, name, |measured| measured.p99)
                        .unwrap_or_default(),
                    ratio(rate(ECHO)),
                    ratio(single),
                    ratio(two_kinds),
                    ratio(unsigned_of(name).and_then(rate)),
                )?;
            }
        }
        Ok(())
    }
}
