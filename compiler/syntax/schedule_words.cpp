// The words of a schedule: keywords in it and names everywhere else.
#include <algorithm>

#include "compiler/syntax/tokens.h"
#include "runtime/value/recurrence.h"

namespace endcap::syntax {

namespace {

struct ScheduleWord {
  std::string_view text;
  size_t type;
};
constexpr ScheduleWord kScheduleWords[] = {
    {"every", Lexer::EVERY}, {"day", Lexer::DAY}, {"business", Lexer::BUSINESS}, {"first", Lexer::FIRST},
    {"last", Lexer::LAST},   {"the", Lexer::THE}, {"month", Lexer::MONTH},       {"start", Lexer::START}};

bool may_be_word(const antlr4::CommonToken& token) {
  return token.getType() == Lexer::NAME || token.getType() == Lexer::UNIT ||
         token.getType() == Lexer::CURRENCY;
}

}  // namespace

void retag_recurrence_word(antlr4::CommonToken& token, std::string_view text) {
  if (!may_be_word(token)) return;
  const std::string_view written = text_of(token, text);
  const auto found = std::ranges::find(kScheduleWords, written, &ScheduleWord::text);
  if (found != std::end(kScheduleWords)) token.setType(found->type);
  if (std::ranges::find(kWeekdays, written) != kWeekdays.end()) token.setType(Lexer::WEEKDAY);
}

// `every day 15 of the month` looked like a currency, `business day` like a unit.
void retag_schedule_words(Tokens& tokens, std::string_view text) {
  bool inside = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    auto& token = *tokens[i];
    inside = inside || token.getType() == Lexer::OPEN_BRACE;
    if (inside) {
      retag_recurrence_word(token, text);
    } else if (i == 2 && may_be_word(token) && text_of(token, text) == "starts") {
      token.setType(Lexer::STARTS);
    }
  }
}

std::string_view schedule_word(size_t type) {
  if (type == Lexer::STARTS) return "starts";
  if (type == Lexer::WEEKDAY) return "monday";
  const auto found = std::ranges::find(kScheduleWords, type, &ScheduleWord::type);
  return found == std::end(kScheduleWords) ? std::string_view() : found->text;
}

}  // namespace endcap::syntax
