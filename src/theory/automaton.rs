//! Tasks as automata: tokens move a state, and a network must say the label of the last state.
//!
//! Composition of permutations, sums and multi-step arithmetic modulo n, chains of operations, multi-hop questions and
//! products in a reader's own group differ only in three tables: which tokens a place of the sequence allows, which
//! state follows a state and a token, and which label a state has. A label consists of one class for each group. For
//! instance, a permutation of n symbols has n groups, and the class of group j is the image of symbol j.
//!
//! A network may have a number of each class in an embedding. [`fourier_shares`] and [`ring`] show whether it has
//! arranged these numbers on a circle.

use std::f64::consts::PI;

use super::state_tracking::{self, image};
use super::sum;
use super::symmetric::dot;
use crate::math;
use crate::rng::{self, Draws, Stream};

/// Stream of random numbers for the relations of multi-hop questions: the run is the relation.
const RELATIONS: Stream = Stream(28);

/// The tokens that one place of a sequence allows: `first..first + count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// First token.
    pub first: u32,
    /// Number of tokens.
    pub count: u32,
    /// Whether a training distribution ranks the tokens. If not, they are uniform in every training distribution.
    pub ranked: bool,
}

/// A task: the tokens of a sequence move a state, which is state 0 before the first token. The network must say the
/// label of the last state.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// Tokens of each place of a sequence. Places may share tokens.
    pub places: Vec<Place>,
    /// Number of tokens of all places.
    pub tokens: u32,
    /// Number of states.
    pub states: u32,
    /// State that follows a state and a token, `next[state * tokens + token]`.
    pub next: Vec<u32>,
    /// Number of classes that a label consists of.
    pub groups: u32,
    /// Number of classes of each group.
    pub classes: u32,
    /// Class of each group for each state, `label[state * groups + group]`.
    pub label: Vec<u32>,
}

/// What a guess achieves that does not look at the tokens, if all sequences are equally frequent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// Smallest cross-entropy of a constant answer in nats, as a mean over groups. It is `ln(classes)` if every class
    /// is equally frequent.
    pub loss: f64,
    /// Share of groups that are right if the most frequent class of each group is the answer.
    pub symbol: f64,
    /// Probability of the most frequent label.
    pub exact: f64,
}

impl Automaton {
    /// Composition of `hops` permutations of n = `symbols` symbols (2 to 5). Tokens and states are the n! permutations
    /// in lexicographic order, so state 0 is the identity. After the permutations g and then h the state is `g∘h`,
    /// which sends symbol j to `g(h(j))`.
    pub fn permutations(symbols: u32, hops: u32) -> Self {
        let codes = state_tracking::permutations(symbols);
        let count = codes.len() as u32;
        let mut index = vec![0; 1 << (3 * symbols)];
        codes.iter().zip(0..).for_each(|(code, place)| index[*code as usize] = place);
        let composed =
            |state: u32, token: u32| (0..symbols).map(|j| image(state, image(token, j)) << (3 * j)).sum::<u32>();
        let after =
            |&state: &u32| codes.iter().map(|&token| index[composed(state, token) as usize]).collect::<Vec<u32>>();
        Self {
            places: vec![Place { first: 0, count, ranked: true }; hops as usize],
            tokens: count,
            states: count,
            next: codes.iter().flat_map(after).collect(),
            groups: symbols,
            classes: symbols,
            label: codes.iter().flat_map(|&code| (0..symbols).map(move |j| image(code, j))).collect(),
        }
    }

    /// Automaton whose label is the state itself, given the number of tokens of each place and the state that follows a
    /// state and a token. Each place has tokens of its own.
    fn numbers(states: u32, counts: &[u32], next: impl Fn(u32, u32) -> u32) -> Self {
        let mut tokens = 0;
        let mut place = |&count: &u32| {
            tokens += count;
            Place { first: tokens - count, count, ranked: true }
        };
        let places = counts.iter().map(&mut place).collect();
        let next = (0..states * tokens).map(|entry| next(entry / tokens, entry % tokens)).collect();
        Self { places, tokens, states, next, groups: 1, classes: states, label: (0..states).collect() }
    }

    /// Sequences in which every place allows the tokens of the last one, and the last place occurs `times` times.
    fn repeated(mut self, times: u32) -> Self {
        let last = self.places.pop();
        self.places.extend(last.into_iter().cycle().take(times as usize));
        self
    }

    /// Sum of `terms` numbers modulo n = `modulus`. The tokens are the n numbers, in every place.
    pub fn sum(modulus: u32, terms: u32) -> Self {
        Self::numbers(modulus, &[modulus], |state, x| (state + x) % modulus).repeated(terms)
    }

    /// The value of `a b + c - d` modulo n = `modulus`. Each of the four places has n tokens of its own: number x in
    /// place i, counted from 0, is token `i n + x`.
    pub fn arithmetic(modulus: u32) -> Self {
        Self::numbers(modulus, &[modulus; 4], |state, token| {
            let x = token % modulus;
            let value = match token / modulus {
                0 => x,
                1 => state * x,
                2 => state + x,
                _ => state + modulus - x,
            };
            value % modulus
        })
    }

    /// A number, and then `operations` operations modulo n = `modulus`. The tokens of the first place are the n
    /// numbers. The tokens of every other place are the 3 n operations: token `n + x` adds the number x, `2 n + x`
    /// subtracts it, and `3 n + x` multiplies by it.
    pub fn chain(modulus: u32, operations: u32) -> Self {
        let next = |state, token| {
            let x = token % modulus;
            let value = match token / modulus {
                0 => x,
                1 => state + x,
                2 => state + modulus - x,
                _ => state * x,
            };
            value % modulus
        };
        Self::numbers(modulus, &[modulus, 3 * modulus], next).repeated(operations)
    }

    /// Multi-hop questions: an entity, and then `hops` relations, each of which leads from an entity to the next one. A
    /// relation is a random permutation of the entities, drawn from `seed`. Token e < `entities` is an entity, and
    /// token `entities + r` is relation r. Entities are not ranked. The last token stays at an entity. No place allows
    /// it; facts, which are questions of one hop, end with it.
    pub fn hops(entities: u32, relations: u32, hops: u32, seed: u32) -> Self {
        let draw = |relation| rng::permutation(&mut Draws::new(seed, RELATIONS, relation, 0), entities);
        let table: Vec<Vec<u32>> = (0..relations).map(draw).collect();
        let next = |state: u32, token: u32| match token.checked_sub(entities) {
            None => token,
            Some(relation) => table.get(relation as usize).map_or(state, |reached| reached[state as usize]),
        };
        let mut task = Self::numbers(entities, &[entities, relations, 1], next);
        task.places.pop();
        task.places[0].ranked = false;
        task.repeated(hops)
    }

    /// Product of `terms` elements, from left to right, by a multiplication table of n elements. The product a b is
    /// `products[a n + b]`, which must be below n. State 0 stands for a product without factors, and state 1 + x for
    /// the product x, so the table needs no identity. [`Flaw::of`] tells why it is not the table of a group.
    pub fn table(n: u32, products: &[u32], terms: u32) -> Self {
        let after = |state: u32, x| 1 + if state == 0 { x } else { products[((state - 1) * n + x) as usize] };
        let label = [0].into_iter().chain(0..n).collect();
        Self { classes: n, label, ..Self::numbers(n + 1, &[n], after) }.repeated(terms)
    }

    /// The state after a sequence of tokens.
    pub fn run(&self, tokens: &[u32]) -> u32 {
        tokens.iter().fold(0, |state, token| self.next[(state * self.tokens + token) as usize])
    }

    /// The label of a state: one class for each group.
    pub fn label_of(&self, state: u32) -> &[u32] {
        &self.label[(state * self.groups) as usize..][..self.groups as usize]
    }

    /// Loss and accuracies of a guess that does not look at the tokens. They are exact: the distribution of the state
    /// is computed from place to place, for tokens that are uniform in each place.
    pub fn chance(&self) -> Chance {
        let mut p = vec![0.0; self.states as usize];
        p[0] = 1.0;
        for place in &self.places {
            let mut after = vec![0.0; p.len()];
            for (p, row) in p.iter().zip(self.next.chunks_exact(self.tokens as usize)) {
                for state in &row[place.first as usize..][..place.count as usize] {
                    after[*state as usize] += p / f64::from(place.count);
                }
            }
            p = after;
        }
        let labels = || self.label.chunks_exact(self.groups as usize);
        let mut classes = vec![vec![0.0; self.classes as usize]; self.groups as usize];
        for (label, p) in labels().zip(&p) {
            classes.iter_mut().zip(label).for_each(|(group, class)| group[*class as usize] += p);
        }
        let of_label = |label: &[u32]| labels().zip(&p).fold(0.0, |all, (l, p)| if l == label { all + p } else { all });
        let entropy = |p: &f64| if *p > 0.0 { -p * math::ln(*p) } else { 0.0 };
        let greatest = |p: &Vec<f64>| p.iter().copied().fold(0.0, f64::max);
        let groups = f64::from(self.groups);
        Chance {
            loss: sum(classes.iter().flatten().map(entropy)) / groups,
            symbol: sum(classes.iter().map(greatest)) / groups,
            exact: labels().map(of_label).fold(0.0, f64::max),
        }
    }
}

/// Why a multiplication table is not the table of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The product a b is no element, so the table is no task either.
    Open {
        /// Left factor.
        a: u32,
        /// Right factor.
        b: u32,
    },
    /// No element e has `e x = x e = x` for all x.
    NoIdentity,
    /// No product of this element with another, in both orders, is the identity.
    NoInverse(u32),
    /// `(a b) c` differs from `a (b c)`.
    NotAssociative {
        /// First factor.
        a: u32,
        /// Second factor.
        b: u32,
        /// Third factor.
        c: u32,
    },
}

impl Flaw {
    /// The first flaw of a table with n^2 entries, where `products[a n + b]` is the product a b. It is `None` if the
    /// table is that of a group. The cost is n^3 look-ups.
    pub fn of(n: u32, products: &[u32]) -> Option<Self> {
        let product = |a: u32, b: u32| products[(a * n + b) as usize];
        let pairs = || (0..n).flat_map(|a| (0..n).map(move |b| (a, b)));
        if let Some((a, b)) = pairs().find(|(a, b)| product(*a, *b) >= n) {
            return Some(Self::Open { a, b });
        }
        let Some(e) = (0..n).find(|e| (0..n).all(|x| product(*e, x) == x && product(x, *e) == x)) else {
            return Some(Self::NoIdentity);
        };
        if let Some(x) = (0..n).find(|x| !(0..n).any(|y| product(*x, y) == e && product(y, *x) == e)) {
            return Some(Self::NoInverse(x));
        }
        let mut triples = pairs().flat_map(|(a, b)| (0..n).map(move |c| (a, b, c)));
        let unequal = |(a, b, c): &(u32, u32, u32)| product(product(*a, *b), *c) != product(*a, product(*b, *c));
        triples.find(unequal).map(|(a, b, c)| Self::NotAssociative { a, b, c })
    }
}

/// The cosine and the sine wave of the rows `r_j` of an embedding of n numbers: `sum_j cos(2 pi f j/n) r_j`, and
/// `sum_j sin(2 pi f j/n) r_j`, for the frequency f.
fn waves(rows: &[Vec<f64>], frequency: usize) -> [Vec<f64>; 2] {
    let angle = |j: usize| 2.0 * PI * ((frequency * j) % rows.len()) as f64 / rows.len() as f64;
    [math::cos, math::sin].map(|wave| {
        let factors: Vec<f64> = (0..rows.len()).map(|j| wave(angle(j))).collect();
        (0..rows[0].len()).map(|column| sum(rows.iter().zip(&factors).map(|(row, x)| x * row[column]))).collect()
    })
}

/// Share of each frequency f = 1 to n/2 in the variation of an embedding of n numbers. Row j is the vector of number j,
/// and not all rows are equal.
///
/// The share is `c_f P_f / sum_g c_g P_g`, with the power `P_f = |sum_j e^(2 pi i f j/n) r_j|^2`. The factor `c_f` is 1
/// for f = n/2, which is its own mirror image, and 2 for all other frequencies. The denominator is n times the sum of
/// the squared distances of all rows from their mean.
pub fn fourier_shares(rows: &[Vec<f64>]) -> Vec<f64> {
    let power = |f: usize| {
        let square = |wave: &Vec<f64>| dot(wave, wave);
        let both = sum(waves(rows, f).iter().map(square));
        if 2 * f == rows.len() { both } else { 2.0 * both }
    };
    let powers: Vec<f64> = (1..=rows.len() / 2).map(power).collect();
    let total = sum(powers.iter().copied());
    powers.iter().map(|power| power / total).collect()
}

/// The embedded numbers, seen in the plane of the frequency f: two coordinates of each row, from the mean of all rows.
///
/// The plane contains the vectors `sum_j cos(2 pi f j/n) r_j` and `sum_j sin(2 pi f j/n) r_j` of the rows `r_j`. The
/// first axis has the direction of the first vector, and the second axis is perpendicular to it. So distances in the
/// plane are those of the embedding. A coordinate is 0 if the vectors span no plane.
pub fn ring(rows: &[Vec<f64>], frequency: usize) -> Vec<[f64; 2]> {
    let unit = |x: Vec<f64>, least: f64| -> Vec<f64> {
        let length = dot(&x, &x).sqrt();
        x.into_iter().map(|x| if length > least { x / length } else { 0.0 }).collect()
    };
    let [cosine, sine] = waves(rows, frequency);
    // What only rounding leaves is no axis.
    let least = 1e-9 * (dot(&cosine, &cosine) + dot(&sine, &sine)).sqrt();
    let first = unit(cosine, least);
    let along = dot(&sine, &first);
    let second = unit(sine.iter().zip(&first).map(|(s, u)| s - along * u).collect(), least);
    let mut points: Vec<[f64; 2]> = rows.iter().map(|row| [dot(row, &first), dot(row, &second)]).collect();
    for axis in 0..2 {
        let mean = sum(points.iter().map(|point| point[axis])) / rows.len() as f64;
        points.iter_mut().for_each(|point| point[axis] -= mean);
    }
    points
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::theory::tests::close;

    /// All sequences of an automaton.
    fn sequences(automaton: &Automaton) -> Vec<Vec<u32>> {
        automaton.places.iter().fold(vec![vec![]], |heads, place| {
            let longer = |head: Vec<u32>| {
                (place.first..place.first + place.count).map(move |token| [&head[..], &[token]].concat())
            };
            heads.into_iter().flat_map(longer).collect()
        })
    }

    /// Asserts the label of every sequence.
    #[track_caller]
    fn labels(automaton: &Automaton, want: impl Fn(&[u32]) -> Vec<u32>) {
        assert_eq!(automaton.next.len(), (automaton.states * automaton.tokens) as usize);
        assert_eq!(automaton.label.len(), (automaton.states * automaton.groups) as usize);
        for tokens in sequences(automaton) {
            assert_eq!(automaton.label_of(automaton.run(&tokens)), want(&tokens), "{tokens:?}");
        }
    }

    /// All permutations of n symbols as lists of images, in lexicographic order.
    fn lists(n: u32) -> Vec<Vec<u32>> {
        let all = (0..n.pow(n)).map(|code| (0..n).rev().map(|place| code / n.pow(place) % n).collect::<Vec<_>>());
        all.filter(|list| (0..n).all(|x| list.contains(&x))).collect()
    }

    #[test]
    fn permutations_compose_as_lists_of_images() {
        for (symbols, hops) in [(2, 6), (3, 1), (3, 5), (4, 3), (5, 2)] {
            let lists = lists(symbols);
            let automaton = Automaton::permutations(symbols, hops);
            assert_eq!(automaton.label_of(0), (0..symbols).collect::<Vec<_>>(), "state 0 is the identity");
            labels(&automaton, |tokens| {
                tokens.iter().fold((0..symbols).collect(), |state: Vec<u32>, token| {
                    lists[*token as usize].iter().map(|j| state[*j as usize]).collect()
                })
            });
        }
    }

    #[test]
    fn arithmetic_is_that_of_integers() {
        for n in [2, 3, 7] {
            labels(&Automaton::sum(n, 4), |x| vec![x.iter().sum::<u32>() % n]);
            labels(&Automaton::arithmetic(n), |x| {
                let [a, b, c, d] = [0, 1, 2, 3].map(|i| i64::from(x[i]) - i as i64 * i64::from(n));
                vec![(a * b + c - d).rem_euclid(n.into()) as u32]
            });
        }
        labels(&Automaton::chain(5, 3), |x| {
            let step = |value: i64, token: &u32| match (token / 5, i64::from(token % 5)) {
                (1, x) => value + x,
                (2, x) => value - x,
                (_, x) => value * x,
            };
            vec![x[1..].iter().fold(x[0].into(), step).rem_euclid(5) as u32]
        });
    }

    #[test]
    fn relations_are_permutations_that_follow_one_another() {
        let hops = |seed| Automaton::hops(7, 4, 2, seed);
        let automaton = hops(1);
        let follow = |entity, relation| automaton.next[(entity * 12 + relation) as usize];
        for relation in 7..11 {
            let mut reached: Vec<u32> = (0..7).map(|entity| follow(entity, relation)).collect();
            reached.sort_unstable();
            assert_eq!(reached, (0..7).collect::<Vec<_>>(), "relation {relation} is a permutation");
        }
        labels(&automaton, |x| vec![follow(follow(x[0], x[1]), x[2])]);
        let ranked: Vec<bool> = automaton.places.iter().map(|place| place.ranked).collect();
        assert_eq!(ranked, [false, true, true], "an entity and two relations");
        assert!((0..7).all(|entity| follow(entity, 11) == entity), "the last token stays");
        assert_ne!(automaton.next, hops(2).next, "another seed has other relations");
    }

    #[test]
    fn tables_multiply_from_left_to_right_and_show_their_flaws() {
        let composed = Automaton::permutations(3, 4);
        let group = Automaton::table(6, &composed.next, 4);
        labels(&group, |tokens| vec![composed.run(tokens)]);
        assert_eq!(Flaw::of(6, &composed.next), None, "S3 is a group");

        let table = |product: fn(u32, u32) -> u32| (0..25).map(|e| product(e / 5, e % 5)).collect::<Vec<_>>();
        let minus = table(|a, b| (a + 5 - b) % 5);
        labels(&Automaton::table(5, &minus, 3), |x| vec![(x[0] + 10 - x[1] - x[2]) % 5]);
        assert_eq!(Flaw::of(5, &minus), Some(Flaw::NoIdentity), "0 - x is not x");
        assert_eq!(Flaw::of(5, &table(|a, b| a * b % 5)), Some(Flaw::NoInverse(0)), "nothing times 0 is 1");
        assert_eq!(Flaw::of(5, &table(|a, b| a + b)), Some(Flaw::Open { a: 1, b: 4 }), "1 + 4 is no element");
        // Each element is its own inverse, and 0 is the identity: 1 (1 2) = 1 3 = 4 is not (1 1) 2 = 2.
        let own = table(|a, b| {
            if a == 0 || b == 0 {
                a + b
            } else if a == b {
                0
            } else {
                1 + (a + b - 1) % 4
            }
        });
        assert_eq!(Flaw::of(5, &own), Some(Flaw::NotAssociative { a: 1, b: 1, c: 2 }));
    }

    #[test]
    fn chance_is_the_best_constant_answer() {
        let own =
            Automaton { places: vec![Place { first: 0, count: 2, ranked: true }; 3], ..Automaton::permutations(3, 3) };
        for automaton in [
            Automaton::permutations(3, 3),
            Automaton::permutations(4, 2),
            Automaton::sum(5, 3),
            Automaton::arithmetic(5),
            Automaton::chain(5, 3),
            Automaton::hops(6, 3, 2, 1),
            Automaton::table(3, &[0, 0, 0, 0, 1, 1, 2, 1, 2], 4),
            own,
        ] {
            let sequences = sequences(&automaton);
            let share = |is: &dyn Fn(&[u32]) -> bool| {
                let label = |tokens: &Vec<u32>| is(automaton.label_of(automaton.run(tokens)));
                sequences.iter().filter(|tokens| label(tokens)).count() as f64 / sequences.len() as f64
            };
            let states = 0..automaton.states;
            let exact = states.map(|state| share(&|label| label == automaton.label_of(state))).fold(0.0, f64::max);
            let (mut loss, mut symbol) = (0.0, 0.0);
            for group in 0..automaton.groups as usize {
                let p = (0..automaton.classes).map(|class| share(&|label| label[group] == class)).collect::<Vec<_>>();
                loss -= p.iter().filter(|p| **p > 0.0).map(|p| p * math::ln(*p)).sum::<f64>();
                symbol += p.iter().copied().fold(0.0, f64::max);
            }
            let chance = automaton.chance();
            close(chance.exact, exact, 1e-12);
            close(chance.loss, loss / f64::from(automaton.groups), 1e-12);
            close(chance.symbol, symbol / f64::from(automaton.groups), 1e-12);
        }
        let chance = Automaton::permutations(5, 4).chance();
        close(chance.exact, 1.0 / 120.0, 1e-12);
        close(chance.loss, math::ln(5.0), 1e-12);
        // A factor of 0 makes 0 frequent: it follows with 1/11 after an addition, and with 1/11 + 10/11 p after a
        // product.
        let zero = (0..3).fold(1.0 / 11.0, |p, _| 1.0 / 11.0 + 10.0 / 33.0 * p);
        close(Automaton::chain(11, 3).chance().exact, zero, 1e-12);
    }

    /// `(-1)^j`.
    fn sign(j: u32) -> f64 {
        if j.is_multiple_of(2) { 1.0 } else { -1.0 }
    }

    /// Embedding of n numbers: for each frequency, a circle of the given radius in two columns; and a constant column.
    fn circles(n: u32, waves: &[(f64, f64)]) -> Vec<Vec<f64>> {
        let row = |j: u32| {
            let pair = |(frequency, radius): &(f64, f64)| {
                let angle = 2.0 * PI * frequency * f64::from(j) / f64::from(n) + 0.3;
                [radius * math::cos(angle), radius * math::sin(angle)]
            };
            waves.iter().flat_map(pair).chain([5.0]).collect()
        };
        (0..n).map(row).collect()
    }

    #[test]
    fn shares_of_waves_are_their_power() {
        for n in [22, 23] {
            let shares = fourier_shares(&circles(n, &[(3.0, 2.0), (7.0, 1.0)]));
            assert_eq!(shares.len(), 11);
            close(shares[2], 0.8, 1e-12);
            close(shares[6], 0.2, 1e-12);
        }
        // Of 3 (-1)^j + sqrt 2 cos(pi j/2 + 0.1), the means of the squares are 9 and 1.
        let row = |j: u32| vec![3.0 * sign(j) + 2.0_f64.sqrt() * math::cos(0.5 * PI * f64::from(j) + 0.1)];
        let shares = fourier_shares(&(0..8).map(row).collect::<Vec<_>>());
        close(shares[3], 0.9, 1e-12);
        close(shares[1], 0.1, 1e-12);

        let mut draws = Draws::new(1, rng::stream::PROBE, 0, 0);
        let rows: Vec<Vec<f64>> = (0..10).map(|_| (0..4).map(|_| draws.uniform()).collect()).collect();
        close(sum(fourier_shares(&rows)), 1.0, 1e-14);
    }

    #[test]
    fn the_ring_of_a_circle_is_this_circle() {
        let points = ring(&circles(23, &[(3.0, 2.0), (7.0, 1.0)]), 3);
        for (j, [x, y]) in (0..23).zip(&points) {
            close(x * x + y * y, 4.0, 1e-12);
            let angle = 2.0 * PI * 3.0 * f64::from(j) / 23.0;
            let [x0, y0] = points[0];
            // Number j stands 3 j/23 of a turn from number 0.
            close(1.0 + (x * x0 + y * y0) / 4.0, 1.0 + math::cos(angle), 1e-12);
        }
        let line: Vec<Vec<f64>> = (0..6).map(|j| vec![sign(j), 0.0]).collect();
        for (j, [x, y]) in (0..6).zip(ring(&line, 3)) {
            close(x, sign(j), 1e-12);
            assert_eq!(y, 0.0, "the sine of half a turn is 0");
        }
    }
}
