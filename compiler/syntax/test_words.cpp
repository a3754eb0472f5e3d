// The words of a test. They are keywords between its braces and names everywhere else, so that no field or
// step has to give way.
#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

struct Word {
  std::string_view text;
  size_t type;
};
constexpr Word kWords[] = {
    {"given", Lexer::GIVEN},
    {"becomes", Lexer::BECOMES},
    {"start", Lexer::START},
    {"send", Lexer::SEND},
    {"expect", Lexer::EXPECT},
    {"every", Lexer::EVERY},
    {"asked", Lexer::ASKED},
    {"granted", Lexer::GRANTED},
    {"permitted", Lexer::PERMITTED},
    {"forbidden", Lexer::FORBIDDEN},
    {"refused", Lexer::REFUSED},
    {"except", Lexer::EXCEPT},
    {"expired", Lexer::EXPIRED},
    {"reminded", Lexer::REMINDED},
    {"outcome", Lexer::OUTCOME},
    {"fails", Lexer::FAILS},
    {"waiting", Lexer::WAITING},
    {"suspended", Lexer::SUSPENDED},
    {"raised", Lexer::RAISED},
    {"resolved", Lexer::RESOLVED},
    {"approves", Lexer::APPROVES},
    {"rejects", Lexer::REJECTS},
    {"counters", Lexer::COUNTERS},
    {"countered", Lexer::COUNTERED},
    {"does", Lexer::DOES},
    {"delegates", Lexer::DELEGATES},
    {"calls", Lexer::CALLS},
    {"because", Lexer::BECAUSE},
    {"once", Lexer::ONCE},
    {"times", Lexer::TIMES},
    {"never", Lexer::NEVER},
    {"always", Lexer::ALWAYS},
    {"out", Lexer::OUT},
    {"unavailable", Lexer::UNAVAILABLE},
    {"invalid", Lexer::INVALID},
    {"answers", Lexer::ANSWERS},
    {"too", Lexer::TOO},
    {"answer", Lexer::ANSWER},
    {"alternative", Lexer::ALTERNATIVE},
    {"confidence", Lexer::CONFIDENCE},
    {"held", Lexer::HELD},
};

// Words behind which a name stands, whatever it is.
bool asks_for_name(size_t type) {
  switch (type) {
    case Lexer::AT:
    case Lexer::OF:
    case Lexer::WRITE:
    case Lexer::NOTIFY:
    case Lexer::TASK:
    case Lexer::EXCEPTION:
    case Lexer::OUTCOME:
    case Lexer::FAILS:
    case Lexer::EVERY:
    case Lexer::HELD:
    case Lexer::ROUTE:
    case Lexer::SYNC:
    case Lexer::BECAUSE:
      return true;
    default:
      return false;
  }
}

}  // namespace

void retag_test_words(Tokens& tokens, std::string_view text) {
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  size_t depth = 0;  // of parentheses: values stand there
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (type(i) == Lexer::OPEN_PAREN) ++depth;
    if (type(i) == Lexer::CLOSE_PAREN && depth > 0) --depth;
    const size_t before = i == 0 ? antlr4::Token::EOF : type(i - 1);
    // What waits without a name of its own is called after what it is: `notify.Label.print`, `throughout`.
    if (depth == 0 && is_keyword(type(i)) && (type(i + 1) == Lexer::DOT || before == Lexer::AT)) {
      tokens[i]->setType(Lexer::NAME);
      continue;
    }
    // `2 times`, `out 2` and `write Put 3 times` looked like a unit and currencies.
    const bool word = type(i) == Lexer::NAME || type(i) == Lexer::UNIT || type(i) == Lexer::CURRENCY;
    const bool part_of_name =
        before == Lexer::DOT || type(i + 1) == Lexer::DOT || type(i + 1) == Lexer::COLON;
    if (!word || part_of_name) continue;
    if (depth == 0 && asks_for_name(before)) {
      tokens[i]->setType(Lexer::NAME);
      continue;
    }
    const auto found = std::ranges::find(kWords, text_of(*tokens[i], text), &Word::text);
    if (found != std::end(kWords) && (depth == 0 || found->type == Lexer::EVERY))
      tokens[i]->setType(found->type);
  }
}

std::string_view test_word(size_t type) {
  if (type == Lexer::UPGRADES) return "upgrades";
  if (type == Lexer::FROM) return "from";
  const auto found = std::ranges::find(kWords, type, &Word::type);
  return found == std::end(kWords) ? std::string_view() : found->text;
}

}  // namespace endcap::syntax
