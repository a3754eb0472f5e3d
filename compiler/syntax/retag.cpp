// What only the neighbours of a token can tell.
#include <algorithm>

#include "compiler/base/units.h"
#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

bool is_currency_shaped(std::string_view word) {
  return word.size() == 3 && std::ranges::all_of(word, [](unsigned char c) { return std::isalpha(c) != 0; });
}

// Words that can stand behind `:` as the beginning of a type or a value.
bool opens_value_or_type(size_t type) {
  switch (type) {
    case Lexer::OPTIONAL:
    case Lexer::LIST:
    case Lexer::WHEN:
    case Lexer::NOT:
    case Lexer::YES:
    case Lexer::NO:
    case Lexer::ABSENT:
    case Lexer::ROUND:
    case Lexer::ALLOCATE:
    case Lexer::COUNT:
    case Lexer::FIRST:
    case Lexer::SUM:
    case Lexer::MINIMUM:
    case Lexer::MAXIMUM:
    case Lexer::ANY:
    case Lexer::ALL:
      return true;
    default:
      return false;
  }
}

bool is_aggregate(size_t type) {
  return type == Lexer::COUNT || type == Lexer::FIRST || type == Lexer::SUM || type == Lexer::MINIMUM ||
         type == Lexer::MAXIMUM || type == Lexer::ANY || type == Lexer::ALL;
}

}  // namespace

void retag_by_neighbours(Tokens& tokens, std::string_view text) {
  const auto type = [&](size_t i) { return i < tokens.size() ? tokens[i]->getType() : antlr4::Token::EOF; };
  const auto line = [&](size_t i) { return tokens[i]->getLine(); };
  const auto reads = [&](size_t i, std::string_view word) {
    return type(i) == Lexer::NAME && text_of(*tokens[i], text) == word;
  };
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t before = i == 0 ? antlr4::Token::EOF : type(i - 1);
    // A keyword is a name behind a point, before a colon, and behind a colon where no value or type begins
    // with it.
    if (is_keyword(type(i)) && (before == Lexer::DOT || type(i + 1) == Lexer::COLON ||
                                (before == Lexer::COLON && !opens_value_or_type(type(i))))) {
      tokens[i]->setType(Lexer::NAME);
      continue;
    }
    // Fields and values are called `count` and `sum` too: an aggregate is `count of ...`.
    if (is_aggregate(type(i)) && type(i + 1) != Lexer::OF) {
      tokens[i]->setType(Lexer::NAME);
      continue;
    }
    if (reads(i, "business") && reads(i + 1, "day") && type(i + 2) == Lexer::ON && type(i + 3) == Lexer::OR) {
      tokens[i]->setType(Lexer::BUSINESS);
      tokens[i + 1]->setType(Lexer::UNIT);
    }
    if (before == Lexer::IN && reads(i, "batches") && type(i + 1) == Lexer::OF)
      tokens[i]->setType(Lexer::BATCHES);
    if (before == Lexer::WITHIN && reads(i, "its") && reads(i + 1, "month")) tokens[i]->setType(Lexer::ITS);
    if (type(i) == Lexer::OR && type(i + 1) == Lexer::ELSE) tokens[i]->setType(Lexer::OR_ELSE);
    // `repeat up to 3 times`: no unit.
    if (i > 2 && type(i) == Lexer::NUMBER && type(i - 1) == Lexer::TO && type(i - 2) == Lexer::UP &&
        type(i - 3) == Lexer::REPEAT && type(i + 1) == Lexer::NAME &&
        text_of(*tokens[i + 1], text) == "times") {
      tokens[i + 1]->setType(Lexer::TIMES);
      continue;
    }
    if (type(i) == Lexer::NUMBER && type(i + 1) == Lexer::NAME && line(i) == line(i + 1) &&
        type(i + 2) != Lexer::COLON) {
      const bool business = text_of(*tokens[i + 1], text) == "business" && type(i + 2) == Lexer::NAME;
      tokens[i + 1]->setType(business ? Lexer::BUSINESS : Lexer::UNIT);
      if (business) tokens[i + 2]->setType(Lexer::UNIT);
    } else if (type(i) == Lexer::NAME && type(i + 1) == Lexer::NUMBER && before != Lexer::DOT &&
               line(i) == line(i + 1) && is_currency_shaped(text_of(*tokens[i], text))) {
      tokens[i]->setType(Lexer::CURRENCY);
    }
  }
}

}  // namespace endcap::syntax
