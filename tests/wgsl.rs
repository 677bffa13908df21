//! Compares every shader with the Rust file beside it: what both files define must be equal.

mod kernels;

use std::path::{Path, PathBuf};

use naga::{AddressSpace, Expression, Literal, MathFunction, Module, ShaderStage, StorageAccess, TypeInner};
use scaling_lab::exec::parity::Suite;

/// The functions of WGSL whose results are defined to the last bit.
const EXACT: [MathFunction; 13] = [
    MathFunction::Transpose,
    MathFunction::Abs,
    MathFunction::Min,
    MathFunction::Max,
    MathFunction::Clamp,
    MathFunction::Sign,
    MathFunction::Floor,
    MathFunction::CountOneBits,
    MathFunction::CountLeadingZeros,
    MathFunction::CountTrailingZeros,
    MathFunction::FirstTrailingBit,
    MathFunction::FirstLeadingBit,
    MathFunction::ReverseBits,
];

fn parse(suite: &Suite) -> Module {
    match naga::front::wgsl::parse_str(suite.wgsl) {
        Ok(module) => module,
        Err(error) => panic!("{}: {}", suite.name, error.emit_to_string(suite.wgsl)),
    }
}

/// The path of the file with the shader of the kernel `name`.
fn path(name: &str) -> PathBuf {
    let paths = ["src/sim", "src/exec"]
        .map(|folder| Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(format!("{name}.wgsl")));
    paths.into_iter().find(|path| path.exists()).expect("lies in one of the folders of kernels")
}

/// The number in `const NAME: type = literal;` in a Rust source, where NAME is `name`.
fn rust_constant(source: &str, name: &str) -> Option<f64> {
    let needle = format!("const {name}: ");
    let line = source.lines().find(|line| line.contains(&needle))?;
    let literal = line.split_once('=')?.1.trim().trim_end_matches(';').replace('_', "");
    let literal = literal.strip_prefix("Stream(").map_or(&*literal, |number| number.trim_end_matches(')'));
    match literal.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok().map(f64::from),
        None => literal.parse().ok(),
    }
}

#[test]
fn every_shader_is_valid() {
    for suite in kernels::all() {
        let flags = naga::valid::ValidationFlags::all();
        // Shaders may use only what every WebGPU device supports, so no capability is enabled.
        let mut validator = naga::valid::Validator::new(flags, naga::valid::Capabilities::empty());
        if let Err(error) = validator.validate(&parse(&suite)) {
            panic!("{}: {}", suite.name, error.emit_to_string(suite.wgsl));
        }
    }
}

#[test]
fn the_entry_point_is_the_kernel_and_a_workgroup_is_a_group() {
    for suite in kernels::all() {
        let module = parse(&suite);
        assert_eq!(module.entry_points.len(), 1, "{}: entry points", suite.name);
        let entry = &module.entry_points[0];
        assert_eq!(entry.name, suite.name, "entry point");
        assert_eq!(entry.stage, ShaderStage::Compute, "{}", suite.name);
        assert_eq!(entry.workgroup_size, [suite.lanes as u32, 1, 1], "{}: lanes", suite.name);
    }
}

#[test]
fn the_first_line_names_the_twin() {
    for suite in kernels::all() {
        let line = suite.wgsl.lines().next().expect("is not empty");
        assert!(line.starts_with(&format!("// Twin of {}.rs", suite.name)), "{}: {line}", suite.name);
        assert!(path(suite.name).with_extension("rs").exists(), "{}: the twin lies elsewhere", suite.name);
        assert!(suite.wgsl.starts_with(&std::fs::read_to_string(path(suite.name)).expect("is text")), "{}", suite.name);
    }
}

#[test]
fn uniforms_have_the_same_fields_in_the_same_places() {
    for suite in kernels::all() {
        let module = parse(&suite);
        let uniforms = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Uniforms"));
        let Some((_, naga::Type { inner: TypeInner::Struct { members, .. }, .. })) = uniforms else {
            panic!("{}: has no struct `Uniforms`", suite.name);
        };
        let fields: Vec<(&str, usize)> =
            members.iter().map(|member| (member.name.as_deref().unwrap_or(""), member.offset as usize)).collect();
        assert_eq!(fields, suite.fields, "{}", suite.name);
    }
}

#[test]
fn bindings_follow_the_convention() {
    for suite in kernels::all() {
        let module = parse(&suite);
        let mut bindings: Vec<(u32, AddressSpace)> = module
            .global_variables
            .iter()
            .filter_map(|(_, variable)| {
                let binding = variable.binding?;
                assert_eq!(binding.group, 0, "{}: {:?}", suite.name, variable.name);
                Some((binding.binding, variable.space))
            })
            .collect();
        bindings.sort_by_key(|(binding, _)| *binding);
        let mut expected = vec![
            (0, AddressSpace::Uniform),
            (1, AddressSpace::Storage { access: StorageAccess::LOAD | StorageAccess::STORE }),
        ];
        expected.extend((2..).take(suite.inputs).map(|i| (i, AddressSpace::Storage { access: StorageAccess::LOAD })));
        if suite.scratch {
            expected.push((2 + suite.inputs as u32, expected[1].1));
        }
        assert_eq!(bindings, expected, "{}", suite.name);
    }
}

#[test]
fn constants_equal_their_namesakes() {
    // Parts that kernels share have their constants in files of their own.
    let shared = ["rng.rs", "sim/arithmetic.rs", "sim/layers.rs", "sim/sequences.rs"].map(|file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
        std::fs::read_to_string(path).expect("is text")
    });
    for suite in kernels::all() {
        let twin = std::fs::read_to_string(path(suite.name).with_extension("rs")).expect("is text");
        let module = parse(&suite);
        for (_, constant) in module.constants.iter() {
            let name = constant.name.as_deref().expect("is named in the source");
            let Expression::Literal(literal) = module.global_expressions[constant.init] else {
                panic!("{}: `{name}` is not a literal number", suite.name);
            };
            let value = match literal {
                Literal::U32(value) => f64::from(value),
                Literal::I32(value) => f64::from(value),
                // Compare the number as it is written, not as f32 rounds it.
                Literal::F32(value) => value.to_string().parse().expect("is a number"),
                other => panic!("{}: `{name}` is {other:?}", suite.name),
            };
            let namesake =
                rust_constant(&twin, name).or_else(|| shared.iter().find_map(|source| rust_constant(source, name)));
            assert_eq!(Some(value), namesake, "{}: `{name}` differs from its namesake in Rust", suite.name);
        }
        assert!(
            module.constants.iter().any(|(_, constant)| constant.name.as_deref() == Some("LANES")),
            "{}",
            suite.name
        );
    }
}

#[test]
fn shaders_call_nothing_that_devices_round_differently() {
    for suite in kernels::all() {
        let module = parse(&suite);
        let bodies = module.functions.iter().map(|(_, function)| function);
        for function in bodies.chain(module.entry_points.iter().map(|entry| &entry.function)) {
            for (_, expression) in function.expressions.iter() {
                if let Expression::Math { fun, .. } = expression {
                    assert!(EXACT.contains(fun), "{}: {fun:?} in {:?}", suite.name, function.name);
                }
            }
        }
    }
}
