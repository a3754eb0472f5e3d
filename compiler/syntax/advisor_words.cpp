// The words of an advisor's braces: keywords there and names everywhere else.
#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

struct AdvisorWord {
  std::string_view text;
  size_t type;
};
constexpr AdvisorWord kAdvisorWords[] = {{"timeout", Lexer::TIMEOUT},
                                         {"fresh", Lexer::FRESH},
                                         {"confidence", Lexer::CONFIDENCE},
                                         {"least", Lexer::LEAST}};

}  // namespace

void retag_advisor_words(Tokens& tokens, std::string_view text) {
  bool inside = false;
  for (const auto& token : tokens) {
    inside = inside || token->getType() == Lexer::OPEN_BRACE;
    if (!inside || token->getType() != Lexer::NAME) continue;
    const auto found = std::ranges::find(kAdvisorWords, text_of(*token, text), &AdvisorWord::text);
    if (found != std::end(kAdvisorWords)) token->setType(found->type);
  }
}

std::string_view advisor_word(size_t type) {
  const auto found = std::ranges::find(kAdvisorWords, type, &AdvisorWord::type);
  return found == std::end(kAdvisorWords) ? std::string_view() : found->text;
}

}  // namespace endcap::syntax
