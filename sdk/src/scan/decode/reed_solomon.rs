//! Reed-Solomon codes over GF(2⁸), errors and erasures (ISO/IEC 18004:2015, 7.5.2 and annex B).
//!
//! Syndromes, Berlekamp-Massey started with the erasures, a search for the roots, Forney's formula;
//! then the syndromes again. A correction also has to be far from chance: see [`chance`].
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "hot loops over blocks of at most 255 codewords and polynomials of at most 30 + 1 \
              coefficients; every length is checked on the way in"
)]

/// The most codewords of a block.
const MAX_BLOCK: usize = 255;

/// The most error correction codewords of a block (table 9).
pub(super) const MAX_PARITY: usize = 30;

/// A correction with erasures that noise would reach this often is refused: 2⁻³⁶.
///
/// Errors alone need no such bar: table 9 keeps codewords in reserve where blocks are short, which
/// leaves 2⁻³⁰ to the weakest of them (version 2-L) and far less to the blocks of a large symbol.
/// Erasures are tried several times on a block, and a video tries thousands of blocks.
const CHANCE: f64 = 1.0 / (1u64 << 36) as f64;

/// Room for a polynomial, lowest coefficient first.
type Poly = [u8; MAX_PARITY + 1];

/// Powers of the field's generator, which repeat after 255, and the inverse of that function.
static POWERS: [u8; 510] = powers();
static LOGS: [u8; 256] = logs();

/// Corrects blocks. Holds the tables that are too dear to make for each block.
pub(super) struct ReedSolomon {
    /// `times[i][x]` is `x` times the `i`-th power of the generator.
    times: Vec<[u8; 256]>,
}

impl ReedSolomon {
    pub(super) fn new() -> Self {
        let times = (0..MAX_PARITY)
            .map(|power| std::array::from_fn(|x| multiply(x as u8, POWERS[power])))
            .collect();
        Self { times }
    }

    /// Corrects a block whose last `parity` codewords are for error correction, of which `reserve`
    /// only detect. `erasures` are positions that are not believed.
    ///
    /// Returns how many codewords changed, or `None` with the block as it was.
    pub(super) fn correct(
        &self,
        block: &mut [u8],
        parity: usize,
        reserve: usize,
        erasures: &[u8],
    ) -> Option<u32> {
        let n = block.len();
        let fits = n <= MAX_BLOCK && parity <= MAX_PARITY && parity < n;
        if !fits || erasures.len() > parity || erasures.iter().any(|&p| usize::from(p) >= n) {
            return None;
        }
        let syndromes = self.syndromes(block, parity);
        if syndromes.iter().all(|&s| s == 0) {
            return Some(0);
        }
        let syndromes = &syndromes[..parity];
        // The first codeword is the highest power.
        let powers = erasures.iter().map(|&position| n - 1 - usize::from(position));
        let (locator, degree) = locate(syndromes, powers);
        let locator = locator.get(..=degree)?;
        let errors = degree.checked_sub(erasures.len())?;
        let too_many = 2 * errors + erasures.len() + reserve > parity;
        if too_many || (!erasures.is_empty() && chance(n, parity, erasures.len(), errors) > CHANCE)
        {
            return None;
        }
        let roots = roots(locator, n)?;
        let roots = roots.get(..degree)?;
        let values = error_values(syndromes, locator, roots);
        let apply = |block: &mut [u8]| {
            for (&power, &value) in roots.iter().zip(&values) {
                block[n - 1 - usize::from(power)] ^= value;
            }
        };
        apply(block);
        if self.syndromes(block, parity).iter().any(|&s| s != 0) {
            apply(block);
            return None;
        }
        Some(values.iter().map(|&value| u32::from(value != 0)).sum())
    }

    /// The block as a polynomial, at the first `parity` powers of the generator. All are advanced
    /// together: a chain of table look-ups for each would wait for memory.
    fn syndromes(&self, block: &[u8], parity: usize) -> [u8; MAX_PARITY] {
        let mut syndromes = [0u8; MAX_PARITY];
        for &codeword in block {
            for (s, times) in syndromes[..parity].iter_mut().zip(&self.times) {
                *s = times[usize::from(*s)] ^ codeword;
            }
        }
        syndromes
    }
}

/// How often noise would be "corrected" in the same way.
///
/// With `erasures` fixed, a random word is within `errors` errors of a codeword with a chance of
/// about C(n - erasures, errors) · 256^errors / 256^(parity - erasures).
fn chance(n: usize, parity: usize, erasures: usize, errors: usize) -> f64 {
    let free = (n - erasures) as f64;
    let mut chance = 1.0;
    for k in 0..errors {
        chance *= (free - k as f64) / (k as f64 + 1.0);
    }
    for _ in 0..parity.saturating_sub(erasures + errors) {
        chance /= 256.0;
    }
    chance
}

/// Berlekamp-Massey: the polynomial whose roots locate the erasures and as few errors as explain
/// the syndromes. Returns it with its degree.
fn locate(syndromes: &[u8], erasures: impl ExactSizeIterator<Item = usize>) -> (Poly, usize) {
    let mut locator: Poly = [0; MAX_PARITY + 1];
    locator[0] = 1;
    let erased = erasures.len();
    for (k, power) in erasures.enumerate() {
        for i in (0..=k).rev() {
            locator[i + 1] ^= multiply(locator[i], POWERS[power]);
        }
    }
    // `previous` already carries the shift by one that the next step needs.
    let mut previous = shifted(&locator);
    let mut degree = erased;
    for step in erased..syndromes.len() {
        let discrepancy = (0..=degree.min(step))
            .fold(0, |sum, i| sum ^ multiply(locator[i], syndromes[step - i]));
        if discrepancy != 0 {
            let before = locator;
            for (l, p) in locator.iter_mut().zip(&previous) {
                *l ^= multiply(discrepancy, *p);
            }
            if 2 * degree <= step + erased {
                degree = step + 1 + erased - degree;
                previous = before.map(|l| divide(l, discrepancy));
            }
        }
        previous = shifted(&previous);
    }
    (locator, degree.min(MAX_PARITY))
}

/// The powers that a polynomial locates: all of them within the block, or nothing.
fn roots(locator: &[u8], n: usize) -> Option<[u8; MAX_PARITY]> {
    let mut roots = [0; MAX_PARITY];
    let mut found = 0;
    for power in 0..n {
        if evaluate(locator, 255 - power) == 0 {
            *roots.get_mut(found)? = power as u8;
            found += 1;
        }
    }
    (found + 1 == locator.len()).then_some(roots)
}

/// Forney's formula: the error at X is X · Ω(X⁻¹) / Λ'(X⁻¹), where the derivative is made of the
/// odd terms. Zero where there is no root.
fn error_values(syndromes: &[u8], locator: &[u8], roots: &[u8]) -> [u8; MAX_PARITY] {
    let evaluator = product(syndromes, locator);
    let mut values = [0; MAX_PARITY];
    for (value, &power) in values.iter_mut().zip(roots) {
        let power = usize::from(power);
        let at = 255 - power;
        let slope = locator.iter().enumerate().skip(1).step_by(2);
        let slope = slope.fold(0, |sum, (k, &c)| sum ^ multiply(c, POWERS[at * (k - 1) % 255]));
        let numerator = evaluate(&evaluator[..syndromes.len()], at);
        *value = multiply(divide(numerator, slope), POWERS[power]);
    }
    values
}

fn shifted(poly: &Poly) -> Poly {
    let mut shifted = [0; MAX_PARITY + 1];
    shifted[1..].copy_from_slice(&poly[..MAX_PARITY]);
    shifted
}

/// The first terms of a product, as many as there are syndromes.
fn product(syndromes: &[u8], locator: &[u8]) -> [u8; MAX_PARITY] {
    let mut out = [0; MAX_PARITY];
    for (k, out) in out[..syndromes.len()].iter_mut().enumerate() {
        *out = (0..=k.min(locator.len() - 1))
            .fold(0, |sum, i| sum ^ multiply(locator[i], syndromes[k - i]));
    }
    out
}

/// A polynomial at a power of the generator.
fn evaluate(poly: &[u8], power: usize) -> u8 {
    let at = POWERS[power % 255];
    poly.iter().rev().fold(0, |value, &coefficient| multiply(value, at) ^ coefficient)
}

fn multiply(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[LOGS[a as usize] as usize + LOGS[b as usize] as usize]
}

/// `a / b`; zero by zero, which the check of the syndromes then refuses.
fn divide(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[LOGS[a as usize] as usize + 255 - LOGS[b as usize] as usize]
}

const fn powers() -> [u8; 510] {
    let mut powers = [0; 510];
    let mut value = 1u16;
    let mut k = 0;
    while k < 510 {
        powers[k] = value as u8;
        value <<= 1;
        if value > 255 {
            value ^= 0x11D;
        }
        k += 1;
    }
    powers
}

const fn logs() -> [u8; 256] {
    let powers = powers();
    let mut logs = [0; 256];
    let mut k = 0;
    while k < 255 {
        logs[powers[k] as usize] = k as u8;
        k += 1;
    }
    logs
}

/// The error correction codewords of `data`: for tests.
#[cfg(test)]
pub(super) fn parity_of(data: &[u8], parity: usize) -> Vec<u8> {
    let mut generator = vec![1u8];
    for &power in &POWERS[..parity] {
        generator.push(0);
        for k in (1..generator.len()).rev() {
            generator[k] ^= multiply(generator[k - 1], power);
        }
    }
    let mut rest = data.to_vec();
    rest.resize(data.len() + parity, 0);
    for k in 0..data.len() {
        let factor = rest[k];
        for (r, &g) in rest[k..].iter_mut().zip(&generator) {
            *r ^= multiply(factor, g);
        }
    }
    rest.split_off(data.len())
}

#[cfg(test)]
mod tests {
    use super::super::random::Random;
    use super::super::version::{EcLevel, Layout};
    use super::*;

    fn random_block(random: &mut Random, n: usize, parity: usize) -> Vec<u8> {
        let mut block: Vec<u8> = (0..n - parity).map(|_| random.byte()).collect();
        block.extend(parity_of(&block, parity));
        block
    }

    /// Changes `count` codewords, and says which.
    fn damage(random: &mut Random, block: &mut [u8], count: usize) -> Vec<u8> {
        let mut places: Vec<usize> = (0..block.len()).collect();
        for k in 0..count {
            let other = k + random.below(places.len() - k);
            places.swap(k, other);
            block[places[k]] ^= 1 + random.below(255) as u8;
        }
        places[..count].iter().map(|&place| place as u8).collect()
    }

    #[test]
    fn the_example_of_annex_i_has_no_syndromes() {
        let block = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55,
        ];
        assert_eq!(ReedSolomon::new().correct(&mut block.clone(), 10, 4, &[]), Some(0));
        assert_eq!(parity_of(&block[..16], 10), block[16..]);
    }

    #[test]
    fn every_correctable_mixture_is_corrected() {
        let code = ReedSolomon::new();
        let mut random = Random::new(1);
        for (n, parity) in [(26, 7), (26, 17), (44, 28), (68, 18), (133, 26), (153, 30)] {
            for errors in 0..=parity / 2 {
                for erased in [0, 1, 2, parity / 2, parity - 1] {
                    if 2 * errors + erased > parity
                        || (erased > 0 && chance(n, parity, erased, errors) > CHANCE)
                    {
                        continue;
                    }
                    let good = random_block(&mut random, n, parity);
                    let mut bad = good.clone();
                    let places = damage(&mut random, &mut bad, errors + erased);
                    let result = code.correct(&mut bad, parity, 0, &places[..erased]);
                    assert_eq!(result, Some((errors + erased) as u32));
                    assert!(bad == good, "{n} {parity}: {errors} errors, {erased} erasures");
                }
            }
        }
    }

    #[test]
    fn one_error_too_many_leaves_the_block_alone() {
        let code = ReedSolomon::new();
        let mut random = Random::new(2);
        for _ in 0..2_000 {
            let mut bad = random_block(&mut random, 87, 18);
            damage(&mut random, &mut bad, 10);
            let before = bad.clone();
            if let Some(changed) = code.correct(&mut bad, 18, 0, &[]) {
                panic!("a wrong correction of {changed} codewords");
            }
            assert!(bad == before);
        }
    }

    #[test]
    fn good_erasures_change_nothing() {
        let code = ReedSolomon::new();
        let mut random = Random::new(3);
        let good = random_block(&mut random, 100, 20);
        let mut block = good.clone();
        block[7] ^= 0x55;
        assert_eq!(code.correct(&mut block, 20, 0, &[1, 2, 3, 4]), Some(1));
        assert!(block == good);
    }

    #[test]
    fn the_reserve_is_kept() {
        let code = ReedSolomon::new();
        let mut random = Random::new(4);
        let good = random_block(&mut random, 26, 7);
        let mut two = good.clone();
        damage(&mut random, &mut two, 2);
        assert_eq!(code.correct(&mut two, 7, 3, &[]), Some(2));
        let mut three = good.clone();
        damage(&mut random, &mut three, 3);
        assert_eq!(code.correct(&mut three, 7, 3, &[]), None);
    }

    /// Where errors alone are corrected, the standard's own limits keep chance out.
    #[test]
    fn errors_alone_never_come_near_chance() {
        for version in 1..=40 {
            for level in [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H] {
                let layout = Layout::of(version, level);
                let n = layout.short_data + 1 + layout.parity;
                let errors = (layout.parity - layout.reserve) / 2;
                let chance = chance(n, layout.parity, 0, errors);
                assert!(chance < 1.0 / (1u64 << 30) as f64, "{version} {level:?}");
            }
        }
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused() {
        let code = ReedSolomon::new();
        assert_eq!(code.correct(&mut [], 0, 0, &[]), None);
        assert_eq!(code.correct(&mut [1; 256], 30, 0, &[]), None);
        assert_eq!(code.correct(&mut [1; 20], 31, 0, &[]), None);
        assert_eq!(code.correct(&mut [1; 20], 4, 0, &[0; 5]), None);
    }
}
