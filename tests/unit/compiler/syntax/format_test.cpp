// The layout, rule by rule.
#include "tests/unit/compiler/syntax/layout.h"

using namespace endcap;

TEST_CASE("one blank between words, none inside of calls and types") {
  CHECK(laid_out("function  f( x:Money< AUD >,y : Decimal ( 13,2 ) )->list  of  T=- x * ( y+1 )\n") ==
        "function f(x: Money<AUD>, y: Decimal(13, 2)) -> list of T = -x * (y + 1)\n");
  CHECK(laid_out(
            "function f(x: T) -> T = [ 40ea ,AUD 5.00, 4 business   hours,x . to ( 1 )( 2 ), - -x - -y]") ==
        "function f(x: T) -> T = [40 ea, AUD 5.00, 4 business hours, x.to(1)(2), - -x - -y]\n");
  CHECK(laid_out("function f(x: T) -> T = 8%<=m<12%  and not(a  or else b)is present") ==
        "function f(x: T) -> T = 8% <= m < 12% and not (a or else b) is present\n");
  CHECK(laid_out("view V of s.E key(a,b){a:T=A  b:T=B}") ==
        "view V of s.E key (a, b) { a: T = A b: T = B }\n");
  CHECK(laid_out("type   A=Text(4)\r\ntype B = Text(4)\r\n") == "type A = Text(4)\ntype B = Text(4)\n");
}

TEST_CASE("a block on several lines has its items on lines of their own, indented by two") {
  CHECK(laid_out("workflow W(p: P) { let a = 1 let b = 2\n when a { skip } finish F }") ==
        "workflow W(p: P) {\n"
        "  let a = 1\n"
        "  let b = 2\n"
        "  when a { skip }\n"
        "  finish F\n"
        "}\n");
  CHECK(laid_out("record R { a: T, b: T\n}") == "record R {\n  a: T,\n  b: T\n}\n");
  CHECK(laid_out("enum E { low, high,\n  highest }") == "enum E {\n  low, high,\n  highest\n}\n");
  CHECK(laid_out("workflow W(p: P)\n{\n\n\n}") == "workflow W(p: P) { }\n");
}

TEST_CASE("an interface is a block of operations") {
  CHECK(laid_out("partner  M  by Text( 10 )") == "partner M by Text(10)\n");
  CHECK(laid_out("interface I version 2 for M{operation o(a:A)for a sends E( a )\nquota 5 per hour}") ==
        "interface I version 2 for M {\n"
        "  operation o(a: A) for a sends E(a)\n"
        "  quota 5 per hour\n"
        "}\n");
  CHECK(laid_out("test \"t\" {\nM calls I.o(a:1)of version 1   as \"x\" and is refused\n}") ==
        "test \"t\" {\n  M calls I.o(a: 1) of version 1 as \"x\" and is refused\n}\n");
}

TEST_CASE("a schedule is a block of one rule") {
  CHECK(laid_out("schedule  M starts A( day ){every  monday,friday at 06:00 zone \"UTC\"   if late skip}") ==
        "schedule M starts A(day) { every monday, friday at 06:00 zone \"UTC\" if late skip }\n");
  CHECK(laid_out("schedule M starts A(day) {\nevery day 15 of the month\n at 06:00 if late start\n}") ==
        "schedule M starts A(day) {\n"
        "  every day 15 of the month\n"
        "      at 06:00 if late start\n"
        "}\n");
}

TEST_CASE("a route and a sync are blocks of clauses") {
  CHECK(laid_out("route R:E from a  to b via M{writes X.y under P}") ==
        "route R: E from a to b via M { writes X.y under P }\n");
  CHECK(laid_out("sync S: V from a to b via M {on E( id:x ) -- why\nwhere it.n>0 writes X under P\n"
                 "reconcile every day at 02:00 zone \"UTC\" over All( ) parallel 5}") ==
        "sync S: V from a to b via M {\n"
        "  on E(id: x)  -- why\n"
        "  where it.n > 0\n"
        "  writes X under P\n"
        "  reconcile every day at 02:00 zone \"UTC\" over All()\n"
        "  parallel 5\n"
        "}\n");
}

TEST_CASE("a block that its author wrote on one line stays there while the line fits") {
  const std::string name(70, 'n');
  CHECK(laid_out("workflow W(p: P) { step a { skip } }") == "workflow W(p: P) { step a { skip } }\n");
  CHECK(laid_out("workflow W(p: P) { step " + name + " { read S(ab) finish F } }") ==
        "workflow W(p: P) { step " + name + " { read S(ab) finish F } }\n");
  CHECK(laid_out("workflow W(p: P) { step " + name + " { read S(abc) finish F } }") ==
        "workflow W(p: P) {\n"
        "  step " +
            name +
            " { read S(abc) finish F }\n"
            "}\n");
  CHECK(laid_out("workflow W(p: P) { step " + name + " { step " + name + " { skip } } }") ==
        "workflow W(p: P) {\n"
        "  step " +
            name +
            " {\n"
            "    step " +
            name +
            " { skip }\n"
            "  }\n"
            "}\n");
}

TEST_CASE("the blocks of one `when` are all short or all long") {
  CHECK(laid_out(
            "workflow W(p: P) {\nwhen a { skip }\notherwise when b\n{\nskip }\notherwise { finish F }\n}") ==
        "workflow W(p: P) {\n"
        "  when a {\n"
        "    skip\n"
        "  } otherwise when b {\n"
        "    skip\n"
        "  } otherwise {\n"
        "    finish F\n"
        "  }\n"
        "}\n");
  CHECK(laid_out("workflow W(p: P) {\nwhen a { skip }\notherwise { }\n}") ==
        "workflow W(p: P) {\n  when a { skip } otherwise { }\n}\n");
}

TEST_CASE("an author's line break within a sentence stays, and its line is indented by four") {
  CHECK(laid_out("workflow W(p: P) {\nlet a = propose A.b(c)\nundo A.d(c)\n\n\nwrite g\n\nfor s\n}") ==
        "workflow W(p: P) {\n"
        "  let a = propose A.b(c)\n"
        "      undo A.d(c)\n"
        "\n"
        "  write g\n"
        "      for s\n"
        "}\n");
  CHECK(laid_out("function f(\nx: T,\ny: T) -> T = max(\nx\n+ 1, max(y,\n2)\n)") ==
        "function f(\n"
        "  x: T,\n"
        "  y: T\n"
        ") -> T = max(\n"
        "  x\n"
        "      + 1, max(y,\n"
        "      2)\n"
        ")\n");
}

TEST_CASE("no line begins in the middle of what is read as one") {
  CHECK(laid_out("function f\n(x\n: T\n, y: Money\n<\nAUD\n>\n) -> T = x\n.\ny\n(\n) - -\nx") ==
        "function f(x: T, y: Money<AUD>) -> T = x.y() - -x\n");
  CHECK(laid_out("policy P governs A.b for (p: P) {\n| permit\nwhen a\n|\nforbid \"no\" otherwise }") ==
        "policy P governs A.b for (p: P) {\n"
        "  | permit\n"
        "      when a\n"
        "  | forbid \"no\" otherwise\n"
        "}\n");
}

TEST_CASE("several blank lines become one; a block begins and ends without") {
  CHECK(laid_out("\n\nmodule m\nuse system s\n\n\n\nuse calendar c\nrecord R {\n\n\na: T\n\n\nb: "
                 "T\n\n}\ntype A = T\n\n\n") ==
        "module m\n"
        "\n"
        "use system s\n"
        "\n"
        "use calendar c\n"
        "\n"
        "record R {\n"
        "  a: T\n"
        "\n"
        "  b: T\n"
        "}\n"
        "\n"
        "type A = T\n");
  CHECK(laid_out("") == "");
  CHECK(laid_out(" \n\n") == "");
}

TEST_CASE("columns of adjacent lines are aligned") {
  CHECK(laid_out("view V of s.E key id {\nid: Text(4) = Plant\ntimeZone: Zone = Z required\n\nlaunch: Date = "
                 "L\n}") ==
        "view V of s.E key id {\n"
        "  id:       Text(4) = Plant\n"
        "  timeZone: Zone    = Z required\n"
        "\n"
        "  launch: Date = L\n"
        "}\n");
  CHECK(laid_out("type A = T\n-- a comment is no gap\ntype Longer = T\n\ntype B = T") ==
        "type A      = T\n-- a comment is no gap\ntype Longer = T\n\ntype B = T\n");
  CHECK(laid_out("policy P governs A.b for (p: P) {\nlet m = a\n| permit when m\n| approval by R\nwhen b == "
                 "(when c then d otherwise e)\n"
                 "| forbid \"no\" otherwise\nstand in A for B\n}") ==
        "policy P governs A.b for (p: P) {\n"
        "  let m = a\n"
        "  | permit when m\n"
        "  | approval by R\n"
        "      when b == (when c then d otherwise e)\n"
        "  | forbid \"no\" otherwise\n"
        "  stand in A for B\n"
        "}\n");
  CHECK(laid_out("workflow W(p: P) {\nstep a { skip }\nstep longer { skip }\nstep b {\nskip }\nstep c { skip "
                 "}\n}") ==
        "workflow W(p: P) {\n"
        "  step a      { skip }\n"
        "  step longer { skip }\n"
        "  step b {\n"
        "    skip\n"
        "  }\n"
        "  step c { skip }\n"
        "}\n");
  CHECK(
      laid_out("workflow W(p: P) {\nwait for event E within 1 day {\non expired { then skip }\non a, b { "
               "then retry }\n}\n"
               "match a {\n| low, high { skip }\n| otherwise { skip }\n}\nlet a = 1\nlet longer: T = 2\n}") ==
      "workflow W(p: P) {\n"
      "  wait for event E within 1 day {\n"
      "    on expired { then skip }\n"
      "    on a, b    { then retry }\n"
      "  }\n"
      "  match a {\n"
      "    | low, high { skip }\n"
      "    | otherwise { skip }\n"
      "  }\n"
      "  let a         = 1\n"
      "  let longer: T = 2\n"
      "}\n");
}

TEST_CASE("the cells of a table stand in columns") {
  CHECK(laid_out("table Urgency(cover: Duration,margin: Ratio)->Priority{\n|cover|margin|priority|\n|<2 "
                 "days|-|critical|\n"
                 "| [2 days..5 days)|>=20%|high|\n|(5 days .. 7 days]|\n<-20%|high-- "
                 "why\n|\n|otherwise|-|low|\n}") ==
        "table Urgency(cover: Duration, margin: Ratio) -> Priority {\n"
        "  | cover              | margin | priority |\n"
        "  | < 2 days           | -      | critical |\n"
        "  | [2 days .. 5 days) | >= 20% | high     |\n"
        "  | (5 days .. 7 days] | < -20% | high  -- why\n"
        "      |\n"
        "  | otherwise | - | low |\n"
        "}\n");
}

TEST_CASE("the cells of a table stand under their column, intervals without blanks inside their brackets") {
  CHECK(laid_out("table U( c:Duration,m : Ratio )->P{\n| c | m | p |\n|<2 days|-|critical|\n"
                 "|[ 2 days..5 days )|>= -20%|high|\n| otherwise | - | low | }") ==
        "table U(c: Duration, m: Ratio) -> P {\n"
        "  | c                  | m       | p        |\n"
        "  | < 2 days           | -       | critical |\n"
        "  | [2 days .. 5 days) | >= -20% | high     |\n"
        "  | otherwise          | -       | low      |\n"
        "}\n");
}

TEST_CASE("lines that would no longer fit are not aligned") {
  const std::string name(100, 'n');
  CHECK(laid_out("record R {\na: " + name + "\n" + name + ": T\n}") ==
        "record R {\n  a: " + name + "\n  " + name + ": T\n}\n");
}

TEST_CASE("comments stay with what they belong to") {
  CHECK(laid_out("-- head\n\n-- of m\nmodule m -- name\n-- of A\ntype A = T\n--\n-- of R\nrecord R { -- what "
                 "R is\n\n-- of a\na: T   --  a\n"
                 "longer: T -- b  \n-- last\n\n-- of all\n}\n-- end") ==
        "-- head\n"
        "\n"
        "-- of m\n"
        "module m  -- name\n"
        "\n"
        "-- of A\n"
        "type A = T\n"
        "\n"
        "--\n"
        "-- of R\n"
        "record R {  -- what R is\n"
        "  -- of a\n"
        "  a:      T  --  a\n"
        "  longer: T  -- b\n"
        "  -- last\n"
        "\n"
        "  -- of all\n"
        "}\n"
        "-- end\n");
  CHECK(laid_out("-- only this") == "-- only this\n");
  CHECK(laid_out("record R {\n-- nothing yet\n}") == "record R {\n  -- nothing yet\n}\n");
}

TEST_CASE("a comment where no line would begin makes one begin") {
  CHECK(laid_out("workflow W(p: P) -- why\n{ when a -- because\n{ skip } -- so\notherwise { finish F } }") ==
        "workflow W(p: P)  -- why\n"
        "{\n"
        "  when a    -- because\n"
        "  { skip }  -- so\n"
        "  otherwise { finish F }\n"
        "}\n");
  CHECK(laid_out("function f(x: T, -- first\ny: T -- second\n) -> T = - -- minus\n- x") ==
        "function f(x: T,  -- first\n"
        "    y: T        -- second\n"
        "    ) -> T = -  -- minus\n"
        "    -x\n");
}

TEST_CASE("an exception has its clauses on lines of their own") {
  CHECK(
      laid_out(
          "exception X(a:A)key(a)severity high owner R{respond within 4hours on expired{fail L(a)}\nresolve "
          "by W( a )}\nworkflow W(p: P){raise and  wait X(p.id)within 1 day{on expired{then continue}}\n}") ==
      "exception X(a: A) key (a) severity high owner R {\n"
      "  respond within 4 hours\n"
      "  on expired { fail L(a) }\n"
      "  resolve by W(a)\n"
      "}\n\n"
      "workflow W(p: P) {\n"
      "  raise and wait X(p.id) within 1 day { on expired { then continue } }\n"
      "}\n");
}

TEST_CASE("a text with syntax errors is left alone") {
  for (const std::string text :
       {"record R { a }", "record R { a: T } ; ", "let a = 1", "type A = \"open", "type A = T\rtype B = T",
        "measure M = count of x", "workflow W(p: P) { raise }"}) {
    const Layout layout(text);
    CHECK_MESSAGE(!layout.result, text);
    CHECK_MESSAGE(layout.diagnostics.error_count() >= 1, text);
  }
}

TEST_CASE("what only later passes find wrong is formatted all the same") {
  CHECK(laid_out("function f(x: T)->T=40 parsecs") == "function f(x: T) -> T = 40 parsecs\n");
}
