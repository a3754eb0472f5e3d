// The words of a route or a sync: keywords in it and names everywhere else.
#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

struct RouteWord {
  std::string_view text;
  size_t type;
};
constexpr RouteWord kRouteWords[] = {{"writes", Lexer::WRITES},
                                     {"notifies", Lexer::NOTIFIES},
                                     {"compares", Lexer::COMPARES},
                                     {"reconcile", Lexer::RECONCILE}};

// A name stands behind these, whatever it is.
bool names_next(size_t type) {
  return type == Lexer::WRITES || type == Lexer::NOTIFIES || type == Lexer::COMPARES || type == Lexer::ON ||
         type == Lexer::OVER || type == Lexer::UNDER || type == Lexer::COMMA || type == Lexer::DOT;
}

}  // namespace

// `parallel 20 writes` looked like a unit.
void retag_route_words(Tokens& tokens, std::string_view text) {
  bool inside = false, recurrence = false;
  size_t depth = 0;  // of parentheses: values stand there
  for (size_t i = 1; i < tokens.size(); ++i) {
    auto& token = *tokens[i];
    inside = inside || token.getType() == Lexer::OPEN_BRACE;
    if (token.getType() == Lexer::OPEN_PAREN) ++depth;
    if (token.getType() == Lexer::CLOSE_PAREN && depth > 0) --depth;
    if (token.getType() == Lexer::OVER) recurrence = false;
    if (recurrence) retag_recurrence_word(token, text);
    const bool word = token.getType() == Lexer::NAME || token.getType() == Lexer::UNIT ||
                      token.getType() == Lexer::CURRENCY;
    if (!inside || !word || depth > 0) continue;
    if (names_next(tokens[i - 1]->getType())) {
      token.setType(Lexer::NAME);
      continue;
    }
    const auto found = std::ranges::find(kRouteWords, text_of(token, text), &RouteWord::text);
    if (found != std::end(kRouteWords)) token.setType(found->type);
    recurrence = recurrence || token.getType() == Lexer::RECONCILE;
  }
}

std::string_view route_word(size_t type) {
  const auto found = std::ranges::find(kRouteWords, type, &RouteWord::type);
  return found == std::end(kRouteWords) ? std::string_view() : found->text;
}

}  // namespace endcap::syntax
