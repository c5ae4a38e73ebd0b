//! Project Wycheproof's vectors. Where the result differs from theirs, the vector stands in a list
//! with the reason; one that no longer differs fails the test as well.

use wycheproof::{TestResult, ecdsa, eddsa};

use super::{Ed25519Key, verify_p256};

#[test]
fn ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        let key = <[u8; 32]>::try_from(group.key.pk.as_ref()).unwrap();
        let key = Ed25519Key::from_bytes(&key);
        for test in &group.tests {
            let valid = key.as_ref().is_some_and(|key| key.verify(&test.msg, &test.sig));
            assert_eq!(valid, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
            ran += 1;
        }
    }
    assert_eq!(ran, set.number_of_tests);
}

#[test]
fn p256() {
    let set = ecdsa::TestSet::load(ecdsa::TestName::EcdsaSecp256r1Sha256P1363).unwrap();
    let mut ran = 0;
    for group in &set.test_groups {
        let point = group.key.key.as_ref();
        let (x, y) = point.strip_prefix(&[4]).and_then(|p| p.split_first_chunk::<32>()).unwrap();
        let y = y.try_into().unwrap();
        for test in &group.tests {
            let valid = verify_p256(x, y, &test.msg, &test.sig);
            assert_eq!(valid, test.result == TestResult::Valid, "{} {}", test.tc_id, test.comment);
            ran += 1;
        }
    }
    assert_eq!(ran, set.number_of_tests);
}
