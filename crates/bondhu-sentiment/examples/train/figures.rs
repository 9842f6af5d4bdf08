//! Figures: confusion and correlation.

/// Right answers and given ones, as counts.
#[derive(Clone, Debug)]
pub(crate) struct Confusion(Vec<Vec<f64>>);

impl Confusion {
    pub(crate) fn new(classes: usize) -> Self {
        Self(vec![vec![0.0; classes]; classes])
    }

    pub(crate) fn add(&mut self, right: usize, given: usize) {
        self.0[right][given] += 1.0;
    }

    pub(crate) fn accuracy(&self) -> f64 {
        let all: f64 = self.0.iter().flatten().sum();
        (0..self.0.len()).map(|k| self.0[k][k]).sum::<f64>() / all.max(1.0)
    }

    fn recall(&self, k: usize) -> f64 {
        self.0[k][k] / self.0[k].iter().sum::<f64>().max(1.0)
    }

    fn f1(&self, k: usize) -> f64 {
        let given: f64 = self.0.iter().map(|row| row[k]).sum();
        2.0 * self.0[k][k] / (given + self.0[k].iter().sum::<f64>()).max(1.0)
    }

    pub(crate) fn mean_recall(&self) -> f64 {
        (0..self.0.len()).map(|k| self.recall(k)).sum::<f64>() / self.0.len() as f64
    }

    pub(crate) fn macro_f1(&self) -> f64 {
        (0..self.0.len()).map(|k| self.f1(k)).sum::<f64>() / self.0.len() as f64
    }
}

/// Pearson's correlation.
pub(crate) fn correlation(pairs: &[(f64, f64)]) -> f64 {
    let count = pairs.len() as f64;
    let (mx, my) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / count, b + y / count));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xy += (x - mx) * (y - my);
        xx += (x - mx).powi(2);
        yy += (y - my).powi(2);
    }
    xy / (xx * yy).sqrt()
}
