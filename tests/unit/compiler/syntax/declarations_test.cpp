// Every declaration.
#include "tests/unit/compiler/syntax/fixture.h"

using namespace endcap;

TEST_CASE("a module has a name and uses modules, systems and calendars") {
  CHECK(Parsed("module a.b\nuse c.d\nuse system erp\nuse calendar au.trading").tree() ==
        "(module a.b (use module c.d) (use system erp) (use calendar au.trading))");
  CHECK(Parsed("record A { }\nmodule a").said() ==
        "2:1: error EC0011: the module's name stands once, at the top of its file\n");
  CHECK(Parsed("module a\nmodule b").said() ==
        "2:1: error EC0011: the module's name stands once, at the top of its file\n");
}

TEST_CASE("types") {
  CHECK(declaration("type A = Text(4)") == "(type A Text(4))");
  CHECK(declaration("type A = Decimal(13, 3)") == "(type A Decimal(13 3))");
  CHECK(declaration("type A = list of optional Money<AUD>") == "(type A (list (optional Money<AUD>)))");
  CHECK(declaration("type A = Decimal(5, 2) where 0 <= it <= 100") ==
        "(type A Decimal(5 2) (where (0 <= it <= 100)))");
  CHECK(declaration("type A = Money<?>") == "(type A Money<?>)");
  CHECK(declaration("type A = Text(99999999999)").find("is no whole number") != std::string::npos);
}

TEST_CASE("roles, conflicts, records, enums and functions") {
  CHECK(declaration("role A, B") == "(role A B)");
  CHECK(declaration("conflict A with B") == "(conflict A B)");
  CHECK(declaration("record Plan { store: Store, gap: Qty<ea> }") == "(record Plan store:Store gap:Qty<ea>)");
  CHECK(declaration("record Plan {\n store: Store\n to: Date\n}") == "(record Plan store:Store to:Date)");
  CHECK(declaration("enum P { low, high }") == "(enum P low high)");
  CHECK(declaration("function m(p: P) -> Ratio = p.a / p.b") ==
        "(function m [p:P] Ratio (/ (. p a) (. p b)))");
}

TEST_CASE("a view names what is used of an entity") {
  CHECK(declaration(
            "view S of erp.A_Stock key (a, b) {\n a: T = X\n type: Qty<ea> = Y in Unit required advice\n}") ==
        "(view S erp.A_Stock (key a b) a:T=X type:Qty<ea>=Y in Unit required advice)");
  CHECK(declaration("view S of erp.E key id { }") == "(view S erp.E (key id))");
}

TEST_CASE("a system has operations and events") {
  CHECK(
      declaration("system erp { operation Stock(s: Store) -> Pos is read { get A(Plant: s.id, M: to) } }") ==
      "(system erp (operation Stock [s:Store] Pos read (get A (key Plant:(. s id) M:to))))");
  CHECK(declaration(
            "system erp { operation P.activate(p: P) is write { create C { Rate: p.price in Cur\n to: p.x } "
            "keyed by Ref owner Ops limit 200 per s in batches of 100 rejected A, B } }") ==
        "(system erp (operation P.activate [p:P] write (create C (body Rate:(. p price) in Cur to:(. p x))) "
        "keyed Ref "
        "(owner Ops) (limit 200 s) (batch 100) (rejected A B)))");
  CHECK(declaration("system erp { operation U(p: P) { update L(sku: p.a) { status: \"live\" } unsafe } }") ==
        "(system erp (operation U [p:P] (update L (key sku:(. p a)) (body status:\"live\")) unsafe))");
  CHECK(declaration("system erp { operation U(p: P) is write { call F(a: p) idempotent queryable by X } }")
            .find("EC0010") != std::string::npos);
  CHECK(declaration("system erp { event E(id: T = Field, n: Qty<ea> = Q in U)\n type \"a.b\" }") ==
        "(system erp (event E id:T=Field n:Qty<ea>=Q in U \"a.b\"))");
}

TEST_CASE("a policy has facts, rows and stand-ins") {
  CHECK(declaration("policy M governs A.b, C for (p: P) {\n let m = p.x\n | permit when m > 1\n"
                    " | approval by F, G when 8% <= m\n | forbid \"no\" otherwise\n stand in D for F\n}") ==
        "(policy M (governs A.b C) [p:P] (let m (. p x)) (permit (m > 1)) (approval F G (8% <= m)) "
        "(forbid \"no\" otherwise) (stand-in D F))");
  CHECK(
      declaration("policy M governs A for (p: P) {\n | permit advice when x up to AUD 5.00 of p.v per p.id\n"
                  " | permit advice when y up to 5\n}") ==
      "(policy M (governs A) [p:P] (permit-advice x (up-to (money AUD 5.00) (. p v) (. p id))) "
      "(permit-advice y (up-to 5 - -)))");
}

TEST_CASE("a table has a header and rows of cells") {
  CHECK(declaration("table U(c: Duration, m: Ratio, x: optional Date) -> P {\n"
                    "  | c | m | x | out |\n"
                    "  | < 2 days | - | present | critical |\n"
                    "  | [2 days .. 5 days) | >= 20% | absent | high |\n"
                    "  | (5 days .. 7 days] | -5%, 7% | - | P.low |\n"
                    "  | otherwise | - | - | max(1, 2) |\n}") ==
        "(table U [c:Duration m:Ratio x:(optional Date)] P |c| m| x| out| "
        "|(< (duration 2 day))|-|present|critical| "
        "|(>=< (duration 2 day) (duration 5 day))|(>= 20%)|absent|high| "
        "|(><= (duration 5 day) (duration 7 day))|(neg 5%) 7%|-|(. P low)| |otherwise|-|-|(call max 1 2)|)");
  CHECK(declaration("table U(c: Money<AUD>) -> P {\n | c | p |\n | [AUD 1.00 .. AUD 2.00] | (1) |\n}") ==
        "(table U [c:Money<AUD>] P |c| p| |(>=<= (money AUD 1.00) (money AUD 2.00))|1|)");
  CHECK(declaration("table U(c: Int) -> P {\n | c | p |\n | 1 | 2\n}") ==
        "4:1: error EC0001: expected `|` after `2`, found `}`\n");
}

TEST_CASE("a workflow has parameters, a key and a version, any of which sema may miss") {
  CHECK(declaration("workflow W(p: P, n: Int) key p.id version 3 { finish X }") ==
        "(workflow W [p:P n:Int] (key (. p id)) (version 3) {(finish X)})");
  CHECK(declaration("workflow W() { }") == "(workflow W [] {})");
}

TEST_CASE("a mapping gives the fields of a record") {
  const Parsed parsed("mapping M from A to B {\n  x: it.from\n  y: absent\n}");
  CHECK(parsed.tree() == "(module (mapping M A B x:(. it from) y:absent))");
}

TEST_CASE("an exception: key, severity, owner, what people have to do and when") {
  const Parsed parsed(
      "exception X(a: A, s: B) key (a, s) severity high owner R version 2 {\n respond within 4 hours\n "
      "remind "
      "after 1 day escalate to D after 2 days\n on expired { fail Late(a) }\n resolve by W(a, s)\n}\n"
      "exception Y(key: A) key key { }");
  CHECK(parsed.diagnostics.error_count() == 0);
  CHECK(parsed.tree() ==
        "(module (exception X [a:A s:B] (key a s) (severity high) (owner R) (version 2) (within (duration 4 "
        "hour)) (remind (duration 1 day)) (escalate D (duration 2 day)) (resolve (call W a s)) (on expired "
        "{(fail Late a)})) (exception Y [key:A] (key key)))");
}

TEST_CASE("a workflow says first what becomes of its older versions, in words that are names elsewhere") {
  CHECK(declaration("workflow W(p: P) key p.id version 3 {\nupgrades from 2 {\n step a becomes b\n"
                    " wait task.Look becomes x.becomes.task.Tell\n let becomes = 3\n}\nupgrades from 1 "
                    "{}\nfinish X\n}") ==
        "(workflow W [p:P] (key (. p id)) (version 3) (upgrades 2 (step a b) "
        "(wait task.Look x.becomes.task.Tell) (let becomes 3)) (upgrades 1) {(finish X)})");
  CHECK(declaration("workflow W(p: P) { upgrades from 2 { step a is b } }") ==
        "1:45: error EC0001: expected `becomes` after `a`, found `is`\n");
  CHECK(declaration("workflow W(upgrades: P) {\n let from = upgrades\n let becomes = from\n}") ==
        "(workflow W [upgrades:P] {(let from upgrades) (let becomes from)})");
}

TEST_CASE("a declaration of a later release is refused by name, with its braces, and alone") {
  const Parsed parsed(
      "record A { }\nalert U(c: D) -> P {\n | c |\n | < 2 d |\n}\nmeasure x {\n given a\n}\nrecord B { }");
  CHECK(parsed.tree() == "(module (record A) (later alert U) (later measure x) (record B))");
  CHECK(parsed.said() ==
        "2:1: error EC0006: `alert` is part of the language but not of this release\n"
        "6:1: error EC0006: `measure` is part of the language but not of this release\n");
}

TEST_CASE("an advisor says what it is asked, what it answers, and for how long") {
  CHECK(declaration("advisor M(a: A, timeout: B) -> list of R {\n  timeout 30 s\n  fresh within 1 day\n"
                    "  confidence at least 60%\n}") ==
        "(advisor M [a:A timeout:B] (list R) (timeout (duration 30 s)) (fresh (duration 1 day)) (confidence "
        "60%))");
  CHECK(declaration("record R { timeout: Int, fresh: Int, least: Int, advisor: Int }") ==
        "(record R timeout:Int fresh:Int least:Int advisor:Int)");
  CHECK(declaration("advisor M() -> R { patience 3 s }").find("`timeout`, `fresh within`") !=
        std::string::npos);
}

TEST_CASE("a schedule says when it starts what") {
  CHECK(declaration("schedule M starts Audit(day) { every day at 06:00 zone \"UTC\" if late start }") ==
        "(schedule M (call Audit day) (every day (at 06:00) (zone UTC) (late start)))");
  CHECK(declaration("schedule M starts a.Audit(day: moment) {\n every business day at 6:00\n}") ==
        "(schedule M (call a.Audit day:moment) (every business day (at 6:00)))");
  CHECK(declaration("schedule M starts A() { every monday, friday at 06:00 if late skip }") ==
        "(schedule M (call A) (every weekdays monday friday (at 06:00) (late skip)))");
  CHECK(declaration("schedule M starts A() { every last business day of the month at 06:00 }") ==
        "(schedule M (call A) (every last business day (at 06:00)))");
  CHECK(declaration("schedule M starts A() { every first day of the month at 06:00 }") ==
        "(schedule M (call A) (every first of month (at 06:00)))");
  CHECK(declaration("schedule M starts A() { every day 15 of the month at 06:00 }") ==
        "(schedule M (call A) (every day of month 15 (at 06:00)))");
  CHECK(declaration("schedule M starts A() { }") == "(schedule M (call A))");
  CHECK(declaration("record R { schedule: T, starts: T, every: T, day: T, monday: T, month: T }") ==
        "(record R schedule:T starts:T every:T day:T monday:T month:T)");
}

TEST_CASE("a route says what it carries where, and what becomes of it there") {
  CHECK(declaration("route R: E from erp to shop via M { where it.n >= 0 ea writes Stock.put under P, q.Q "
                    "parallel 20 }") ==
        "(route R E erp shop M (where ((. it n) >= (quantity 0 ea))) (writes Stock.put) (under P q.Q) "
        "(parallel 20))");
  CHECK(declaration("route R: m.E\n    from erp\n    to shop\n    via m.M {\n  notifies Board.show\n}") ==
        "(route R m.E erp shop m.M (notifies Board.show))");
  CHECK(declaration("route via: route from to to from via sync { parallel 5 writes writes under writes }") ==
        "(route via route to from sync (writes writes) (under writes) (parallel 5))");
  CHECK(declaration("record R { route: T, sync: T, via: T, writes: T, notifies: T, compares: T }") ==
        "(record R route:T sync:T via:T writes:T notifies:T compares:T)");
  CHECK(declaration("route R: E from a to b via M { wirtes X }") ==
        "1:32: error EC0001: expected `where`, `writes`, `notifies`, `parallel` or `}` after `{`, found "
        "`wirtes`"
        "\n");
}

TEST_CASE("a sync says when it looks, what it compares, and when it goes through all of them") {
  CHECK(
      declaration(
          "sync S: V from erp to shop via M {\n  on Changed(id)\n  on Moved(id: article, store)\n"
          "  where it.status != \"X\"\n  writes Listing.put under G\n  compares Listing\n"
          "  reconcile every business day at 02:00 zone \"UTC\" over Active(day: 3)\n  parallel 5\n}") ==
      "(sync S V erp shop M (where ((. it status) != \"X\")) (writes Listing.put) (under G) (parallel 5) "
      "(on Changed id) (on Moved id:article store) (compares Listing) "
      "(reconcile (every business day (at 02:00) (zone UTC)) (call Active day:3)))");
  CHECK(declaration(
            "sync S: V from a to b via M { parallel 5 reconcile every day 15 of the month at 02:00 over A() "
            "notifies B }") ==
        "(sync S V a b M (notifies B) (parallel 5) (reconcile (every day of month 15 (at 02:00)) (call A)))");
  CHECK(declaration("sync S: V from a to b via M { writes A writes B }") ==
        "1:40: error EC0010: `what it does` is given twice\n");
}

TEST_CASE("an interface says what a partner may ask for, how often and until when") {
  CHECK(declaration("partner Market, Carrier by Text(10)") == "(partner Market Carrier Text(10))");
  CHECK(declaration(
            "interface I version 2 for Market { operation o(a: A, b: optional B) for b sends E(a, c: 1) "
            "operation s() starts m.W(x) quota 600 per hour }") ==
        "(interface I 2 (for Market) (o [a:A b:(optional B)] (for b) sends (call E a c:1)) "
        "(s [] starts (call m.W x)) (quota 600 hour))");
  CHECK(declaration("interface I version 1 for Market deprecated 2026-12-01 until 2027-03-31 {}") ==
        "(interface I 1 (for Market) (deprecated 2026-12-01 2027-03-31))");
  CHECK(declaration("interface quota version 1 for sends { operation starts(quota: T, sends: T) for quota "
                    "starts starts(quota) }") ==
        "(interface quota 1 (for sends) (starts [quota:T sends:T] (for quota) starts (call starts quota)))");
  CHECK(declaration("record R { partner: T, interface: T, sends: T, quota: T, deprecated: T, calls: T }") ==
        "(record R partner:T interface:T sends:T quota:T deprecated:T calls:T)");
}

TEST_CASE("a mistake in a schedule is told in its words") {
  CHECK(
      declaration("schedule M starts A() { every mondey at 06:00 }") ==
      "1:31: error EC0001: expected `day`, `business day`, weekdays such as `monday, friday`, `last business "
      "day of the month` or `day 15 of the month` after `every`, found `mondey`\n");
  CHECK(declaration("schedule M starts A() { monday at 06:00 }") ==
        "1:25: error EC0001: expected `every` and its days, or `}` after `{`, found `monday`\n");
  CHECK(declaration("schedule M starts A() { every day at 06:00 if late retry }") ==
        "1:52: error EC0001: expected `start` or `skip` after `late`, found `retry`\n");
  CHECK(declaration("schedule M start A() { }") ==
        "1:12: error EC0001: expected `starts` after `M`, found `start`\n");
}
