use super::*;
use crate::language::{Form, Language};
use crate::syntax::{ParseLimits, parse};

/// The form of a text as nested names; `$` stands for a variable that the text binds.
fn form(language: Language, source: &str) -> String {
    let limits = ParseLimits { turns_per_kilobyte: u32::MAX, ..ParseLimits::default() };
    let tree = parse(language, source.as_bytes(), &limits).unwrap();
    let mut reader = Reader::new(source.as_bytes(), &tree, 0);
    let arena = super::form(&mut reader);
    let top = arena.len() as u32 - 1;
    let head = |node: u32| {
        let text = |word: u64| reader.names.text(word);
        match (arena.form(node), arena.word(node)) {
            (Form::Variable, word) if reader::binding_of(word).is_some() => "$".to_owned(),
            (Form::Variable, word) => text(word).to_owned(),
            (Form::Field, word) => format!(".{}", text(word)),
            (Form::Call, word) if word > 0 => format!("{}!", text(word - 1)),
            (form, _) => form.name().to_owned(),
        }
    };
    let mut shown = String::new();
    let mut open = vec![(top, false)];
    while let Some((node, closes)) = open.pop() {
        if closes {
            shown.truncate(shown.trim_end().len());
            shown.push_str(") ");
            continue;
        }
        shown.push_str(&head(node));
        if arena.children(node).is_empty() {
            shown.push(' ');
        } else {
            shown.push('(');
            open.push((node, true));
            open.extend(arena.children(node).iter().rev().map(|child| (*child, false)));
        }
    }
    shown.trim_end().to_owned()
}

fn terms(language: Language, source: &str) -> Vec<u64> {
    let tree = parse(language, source.as_bytes(), &ParseLimits::default()).unwrap();
    structure_terms(source.as_bytes(), &tree, 0)
}

#[cfg(feature = "python")]
fn python_terms(body: &str) -> Vec<u64> {
    terms(Language::Python, &python_function(body))
}

fn python_function(body: &str) -> String {
    let lines: Vec<String> = body.lines().map(|line| format!("    {line}\n")).collect();
    format!("def f(x, y, z):\n{}", lines.concat())
}

#[cfg(feature = "python")]
#[test]
fn texts_that_mean_the_same_have_one_form() {
    for same in [
        &["return x < y", "return y > x", "return not y <= x", "return (x) < y"][..],
        &["return (x if y else ...) < 0", "return 0 > (x if y else ...)"],
        &["return 0 <= x and x < y", "return 0 <= x < y"],
        &["x += 1", "x = x + 1", "x = 1 + x"],
        &["if x == True:\n    g(y)", "if x:\n    g(y)"],
        &["if x:\n    return y\nelse:\n    return z", "if x:\n    return y\nreturn z", "return y if x else z"],
        &["if x:\n    return True\nelse:\n    return False", "if x:\n    return True\nreturn False", "return x"],
        &["return x ** 2", "return pow(x, 2)", "return x * x"],
        &[
            "for i in range(x):\n    g(i)",
            "for i in range(0, x, 1):\n    g(i)",
            "i = 0\nwhile i < x:\n    g(i)\n    i += 1",
        ],
        &["for i in range(len(x)):\n    g(x[i])", "for i in x:\n    g(i)"],
        &["t = x + y\nreturn t * z", "return (x + y) * z"],
        &["return x[-1]", "return x[len(x) - 1]"],
        &["return [g(i) for i in x if i > y]", "return list(g(i) for i in x if y < i)"],
        &["return '%s and %s' % (x, y)", "return '%s and %s' % (x, y,)"],
        &["a, b = x, y\ng(a, a, b, b)", "a = x\nb = y\ng(a, a, b, b)"],
        &["return not x == y", "return x != y"],
        &["return len(x) == y.a", "return y.a == len(x)"],
        &["return True == 0", "return 0 == True"],
        &["return g(x, y) == g(y, x)", "return g(y, x) == g(x, y)"],
        &["return x.a + len(y)", "return len(y) + x.a"],
        &["return x * y.a * 2", "return 2 * y.a * x", "return y.a * x * 2"],
        &["return x.a and len(y)", "return len(y) and x.a"],
        &["return x | h(y)", "return h(y) | x"],
        &["return max(x, h(y))", "return max(h(y), x)", "return x if x > h(y) else h(y)"],
        &["if x != y:\n    g(x)\nelse:\n    h(y)", "if y == x:\n    h(y)\nelse:\n    g(x)"],
        &["if not x:\n    g(x)\nelse:\n    h(y)", "if x:\n    h(y)\nelse:\n    g(x)"],
        &["if x <= y:\n    g(x)\nelse:\n    h(y)", "if x > y:\n    h(y)\nelse:\n    g(x)"],
        &["if not x:\n    return y\nreturn z", "if x:\n    return z\nreturn y", "return y if not x else z"],
        &["if x:\n    y = g(y)\nelse:\n    return z", "if not x:\n    return z\ny = g(y)"],
        &["q = y if x else z\ng(q, q)", "if x:\n    q = y\nelse:\n    q = z\ng(q, q)"],
        &["if x > y:\n    y = x\ng(y, y)", "y = max(y, x)\ng(y, y)", "if y < x:\n    y = x\ng(y, y)"],
        &[
            "for i in x:\n    if i:\n        continue\n    g(i)\n    h(i)",
            "for i in x:\n    if not i:\n        g(i)\n        h(i)",
        ],
        &["return x is None", "return None == x"],
        &["'Says nothing.'\nimport a\nq: int = g(x)\nreturn q, q", "q = g(x)\nreturn q, q"],
    ] {
        let expected = form(Language::Python, &python_function(same[0]));
        for other in &same[1..] {
            let found = form(Language::Python, &python_function(other));
            assert_eq!(found, expected, "{}\n{other}", same[0]);
            let (ours, theirs) = (python_terms(same[0]), python_terms(other));
            assert_eq!(ours, theirs, "{}\n{other}", same[0]);
        }
    }
}

#[cfg(feature = "python")]
#[test]
fn texts_that_mean_something_else_have_another_form() {
    for (one, other) in [
        ("return x < y", "return x <= y"),
        ("return x - 1", "return 1 - x"),
        ("return x[0]", "return x[1]"),
        ("return x + y", "return x - y"),
        ("if x:\n    g(y)", "if not x:\n    g(y)"),
        ("for i in range(x):\n    g(i)", "for i in range(1, x):\n    g(i)"),
        ("for i in range(len(x)):\n    g(x[i], i)", "for i in x:\n    g(i)"),
        ("t = g(x)\nh(t, t)", "h(g(x), g(x))"),
        ("return 'a'", "return 'b'"),
        ("return f(x)", "return g(x)"),
        ("return min(x)", "return max(x)"),
        ("return x - len(y)", "return len(y) - x"),
        ("if x > y:\n    y = x\ng(y, y)", "if x < y:\n    y = x\ng(y, y)"),
        ("if x:\n    g(y)\nelse:\n    h(y)", "if not x:\n    g(y)\nelse:\n    h(y)"),
        ("for i in x:\n    if i:\n        continue\n    g(i)", "for i in x:\n    if i:\n        break\n    g(i)"),
        ("g(x)\ng(x)", "g(x)"),
    ] {
        let terms = |body| terms(Language::Python, &python_function(body));
        assert_ne!(terms(one), terms(other), "{one} | {other}");
    }
}

#[cfg(all(
    feature = "c",
    feature = "cpp",
    feature = "go",
    feature = "java",
    feature = "javascript",
    feature = "python",
    feature = "rust",
    feature = "typescript"
))]
#[test]
fn one_function_has_one_form_in_all_languages() {
    let expected = "Function(Parameters($ $) Body(Assign($ Number) Each($ $ Body(If(Less($ $) Then(Assign($ Add($ $)))))) Return($)))";
    for (language, source) in [
        (
            Language::Python,
            "def total(xs, y):\n    s = 0\n    for x in xs:\n        if x > y:\n            s += x\n    return s\n",
        ),
        (
            Language::JavaScript,
            "function total(xs, y) { let s = 0; for (const x of xs) { if (x > y) { s += x; } } return s; }",
        ),
        (
            Language::TypeScript,
            "const total = (xs: number[], y: number): number => {\n  let s = 0;\n  for (let i = 0; i < xs.length; i++)\n    \
             if (xs[i] > y) s = s + xs[i];\n  return s;\n};",
        ),
        (Language::Tsx, "function total(xs, y) { let s = 0; for (const x of xs) { if (y < x) s += x; } return (s); }"),
        (
            Language::Rust,
            "fn total(xs: &[i64], y: i64) -> i64 { let mut s = 0; for x in xs.iter() { if *x > y { s += x; } } s }",
        ),
        (
            Language::Go,
            "package p\nfunc total(xs []int, y int) int {\n\ts := 0\n\tfor i := 0; i < len(xs); i++ {\n\t\tif xs[i] > y {\n\t\t\t\
             s += xs[i]\n\t\t}\n\t}\n\treturn s\n}\n",
        ),
        (
            Language::Java,
            "class T { static int total(List<Integer> xs, int y) { int s = 0; for (int i = 0; i < xs.size(); i++) { if \
             (xs.get(i) > y) { s += xs.get(i); } } return s; } }",
        ),
        (
            Language::C,
            "int total(struct list *xs, int y) { int s = 0; for (int i = 0; i < strlen(xs); ++i) { if (xs[i] > \
             y) { s += xs[i]; } } return s; }",
        ),
        (
            Language::Cpp,
            "int total(const std::vector<int>& xs, int y) { int s = 0; for (int x : xs) { if (x > y) s += x; } return s; }",
        ),
    ] {
        assert_eq!(form(language, source), expected, "{}", language.name());
    }
}

#[cfg(all(
    feature = "java",
    feature = "javascript",
    feature = "python",
    feature = "rust",
    feature = "go",
    feature = "cpp"
))]
#[test]
fn libraries_speak_one_language() {
    for (expected, spellings) in [
        (
            "Append($ Lower($))",
            &[
                (Language::Python, "def f(a, b): a.append(b.lower())"),
                (Language::JavaScript, "function f(a, b) { a.push(b.toLowerCase()); }"),
                (Language::Java, "class A { void f(List<String> a, String b) { a.add(b.toLowerCase()); } }"),
                (Language::Rust, "fn f(a: &mut Vec<String>, b: &str) { a.push(b.to_lowercase()); }"),
            ][..],
        ),
        (
            "If(Contains($ $) Then(Assign(Subscript($ $) Number)))",
            &[
                (Language::Python, "def f(a, b):\n    if b in a: a[b] = 0"),
                (Language::JavaScript, "function f(a, b) { if (a.has(b)) a.set(b, 0); }"),
                (Language::Java, "class A { void f(Map<B, C> a, B b) { if (a.containsKey(b)) { a.put(b, 0); } } }"),
            ],
        ),
        (
            "Each($ $ Body(If(Less(Number $) Then(Append($ Multiply($ Number))))))",
            &[
                (Language::Python, "def f(a): [b * 2 for b in a if b > 1]"),
                (Language::Python, "def f(a):\n    r = []\n    for b in a:\n        if b > 1: r.append(2 * b)"),
            ],
        ),
        (
            "Print(Maximum(SquareRoot($) Absolute($)))",
            &[
                (Language::Python, "def f(a, b): print(max(abs(a), math.sqrt(b)))"),
                (Language::JavaScript, "function f(a, b) { console.log(Math.max(Math.abs(a), Math.sqrt(b))); }"),
                (
                    Language::Java,
                    "class A { void f(int a, int b) { System.out.println(Math.max(Math.abs(a), Math.sqrt(b))); } }",
                ),
                (Language::Go, "package p\nfunc f(a, b float64) { fmt.Println(math.Max(math.Abs(a), math.Sqrt(b))) }"),
                (Language::Cpp, "void f(double a, double b) { printf(std::max(std::abs(a), std::sqrt(b))); }"),
            ],
        ),
        ("isPalindrome!($ Text)", &[(Language::JavaScript, "function f(a) { lib.isPalindrome(a, 'x'); }")]),
    ] {
        for (language, source) in spellings {
            let found = form(*language, source);
            assert!(found.contains(expected), "{}: {source}\n{expected}\n{found}", language.name());
        }
    }
}

#[cfg(all(feature = "python", feature = "java"))]
#[test]
fn names_of_libraries_are_compared_without_case_and_separators() {
    let python = terms(Language::Python, "def f(a):\n    return tools.is_prime(a)\n");
    let java = terms(Language::Java, "class A { static boolean g(int b) { return Tools.isPrime(b); } }");
    assert_eq!(python, java);
    let other = terms(Language::Python, "def f(a):\n    return tools.is_odd(a)\n");
    assert_ne!(python, other);
}

#[cfg(all(feature = "python", feature = "javascript", feature = "java"))]
#[test]
fn depth_and_sharing_cost_no_more_than_length() {
    let chain = "elif x:\n    return x\n".repeat(3_000);
    for (language, source) in [
        (Language::Python, format!("y = x{}\n", "[-1]".repeat(20_000))),
        (Language::Python, format!("y = x{}\n", " and x".repeat(20_000))),
        (
            Language::Python,
            format!("def f(x):\n  if x:\n    return x\n{}", chain.replace("elif", "  elif").replace("    ", "      ")),
        ),
        (Language::JavaScript, format!("{}x++;", "if (a) { return b; } else ".repeat(3_000))),
        (Language::JavaScript, format!("{}x++;{}", "{ a(); b(); ".repeat(3_000), "}".repeat(3_000))),
        (Language::Java, format!("class A {{ void f() {{ x = {}1; }} }}", "a + ".repeat(20_000))),
    ] {
        let tree = parse(language, source.as_bytes(), &ParseLimits::unbounded()).unwrap();
        let terms = structure_terms(source.as_bytes(), &tree, 0);
        assert!(terms.len() < 8 * tree.len(), "{} of {}: {}", terms.len(), tree.len(), &source[..40]);
    }
}

#[test]
fn texts_of_nothing_have_terms_in_order() {
    for language in Language::ALL {
        for source in ["", ";", "x", "((((", "}"] {
            let found = terms(*language, source);
            assert!(found.is_sorted_by(|left, right| left < right), "{}", language.name());
        }
    }
}
