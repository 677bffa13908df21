//! Tests of `data-constrained`.

use super::claims::CLAIMS;
use super::words::INFO;

#[test]
fn what_is_said_of_other_laws_are_the_numbers_of_the_claims() {
    let of = |id: &str| CLAIMS.iter().find(|claim| claim.id == id).expect("a claim").printed;
    let [ours, theirs] = ["data-constrained-geometric-r2", "data-constrained-r2"].map(of);
    let said = INFO
        .notice
        .iter()
        .find(|text| text.contains("loses a fixed share of its value at each repeat"))
        .expect("a notice");
    assert!(said.starts_with("On the published runs"), "{said}");
    assert!(said.contains(&format!("$R^2$ is {ours:.3} instead of the {theirs:.3} of the published law")), "{said}");
}
