// Expectations: first by the construct whose parts ran out, then by the word in front, then by ANTLR's set of
// tokens.
#include "compiler/syntax/expectations.h"

#include <algorithm>

#include "compiler/syntax/tokens.h"

namespace endcap::syntax {

namespace {

const std::vector<std::string>& statement_keywords() {
  static const std::vector<std::string> kWords{
      "let",  "read",     "reread",    "ask",  "notify",     "approve", "write",  "task",  "raise",
      "when", "match",    "for",       "step", "throughout", "wait",    "yield",  "skip",  "finish",
      "fail", "together", "otherwise", "undo", "then",       "run",     "repeat", "again", "due"};
  return kWords;
}

struct Repeating {
  size_t rule;
  std::string_view what;
  std::vector<std::string> keywords;
};

// Constructs whose braces hold any number of parts: the parser only knows that it wanted the closing brace.
const Repeating* repeating(size_t rule) {
  static const std::vector<Repeating> kAll{
      {Parser::RuleBlock, "a statement or `}`", statement_keywords()},
      {Parser::RuleWorkflowBody, "a statement or `}`", statement_keywords()},
      {Parser::RuleUpgradeClause, "`step`, `wait`, `let` or `}`", {"step", "wait", "let"}},
      {Parser::RuleHandlerBody, "a statement, `then` or `}`", statement_keywords()},
      {Parser::RuleHandlers, "`on` or `}`", {"on"}},
      {Parser::RuleTaskStatement, "`answers`, `on` or `}`", {"answers", "on"}},
      {Parser::RuleApproveStatement,
       "`by line`, `counter`, `reason for`, `within`, `remind after`, `escalate to`, `on` or `}`",
       {"by", "counter", "reason", "within", "remind", "escalate", "on"}},
      {Parser::RuleExceptionDeclaration,
       "`respond within`, `remind after`, `escalate to`, `resolve by`, `on expired` or `}`",
       {"respond", "remind", "escalate", "resolve", "on"}},
      {Parser::RuleInterfaceDeclaration, "`operation`, `quota` or `}`", {"operation", "quota"}},
      {Parser::RuleScheduleDeclaration, "`every` and its days, or `}`", {"every"}},
      {Parser::RuleRouteDeclaration,
       "`where`, `writes`, `notifies`, `parallel` or `}`",
       {"where", "writes", "notifies", "parallel"}},
      {Parser::RuleSyncDeclaration,
       "`on`, `where`, `writes`, `notifies`, `compares`, `reconcile`, `parallel` or `}`",
       {"on", "where", "writes", "notifies", "compares", "reconcile", "parallel"}},
      {Parser::RulePolicyDeclaration,
       "a row that begins with `|`, `let`, `stand in` or `}`",
       {"let", "stand"}},
      {Parser::RuleAdvisorDeclaration,
       "`timeout`, `fresh within`, `confidence at least`, `class` or `}`",
       {"timeout", "fresh", "confidence", "class"}},
      {Parser::RuleTableDeclaration, "a row that begins with `|`, or `}`", {}},
      {Parser::RuleTestDeclaration,
       "`given`, `start`, `after`, `send`, `expect`, what a person or a system does, or `}`",
       {"given", "start", "after", "send", "expect"}},
      {Parser::RuleSystemDeclaration, "`operation`, `event` or `}`", {"operation", "event"}},
      {Parser::RuleOperation,
       "`idempotent`, `keyed by`, `queryable by`, `unsafe`, `owner`, `limit`, `rejected`, `class`, `fresh "
       "within` or `}`",
       {"idempotent", "keyed", "queryable", "unsafe", "owner", "limit", "rejected", "class", "fresh"}},
      {Parser::RuleViewDeclaration,
       "a field such as `price: Money<AUD> = Price in Currency required` or `}`",
       {"required", "advice", "class"}},
      {Parser::RuleMappingDeclaration, "a field such as `title: it.name` or `}`", {}},
      {Parser::RuleRecordDeclaration, "a field such as `store: StoreId` or `}`", {}},
      {Parser::RuleMatchStatement, "a case that begins with `|` or `}`", {}},
      {Parser::RuleTogetherStatement, "`branch` or `}`", {"branch"}},
      {Parser::RuleThroughoutStatement, "`on event`, `on unavailable of` a system or `}`", {"on"}},
      {Parser::RuleWaitUntilStatement, "`on event` or `}`", {"on"}},
  };
  const auto found = std::ranges::find(kAll, rule, &Repeating::rule);
  return found == kAll.end() ? nullptr : &*found;
}

// The days of a schedule: words that are keywords there only.
const Repeating kScheduleDays{Parser::RuleScheduleDays,
                              "`day`, `business day`, weekdays such as `monday, friday`, `last business day "
                              "of the month` or `day 15 of "
                              "the month`",
                              {"day", "business", "first", "last", "monday", "tuesday", "wednesday",
                               "thursday", "friday", "saturday", "sunday"}};

// What a word asks for right behind it.
std::string_view asked_for_by(size_t before) {
  switch (before) {
    case Lexer::WITHIN:
      return "a deadline such as `4 business hours`";
    case Lexer::UNTIL:
      return "a moment such as `promo.launch at 06:00 zone store.timeZone`";
    case Lexer::AFTER:
      return "a time such as `2 business hours`";
    case Lexer::AT:
      return "a time of day such as `06:00`";
    case Lexer::ZONE:
      return "a time zone such as `store.timeZone`";
    case Lexer::WHERE:
      return "a condition";
    case Lexer::UNDER:
      return "the name of a policy";
    case Lexer::PARALLEL:
      return "a number such as `50`";
    case Lexer::RESPOND:
      return "`within` and a time such as `4 business hours`";
    case Lexer::RESOLVE:
      return "`by` and a workflow";
    case Lexer::ESCALATE:
      return "`to` and a role";
    case Lexer::FORBID:
      return "the reason as text in quotes";
    case Lexer::IF:
      return "`late`";
    case Lexer::THEN:
      return "`retry`, `skip`, `continue`, `ask again`, `wait until`, `fail` or `finish`";
    default:
      return {};
  }
}

bool all_in(const antlr4::misc::IntervalSet& set, std::initializer_list<size_t> tokens) {
  return std::ranges::all_of(tokens, [&](size_t token) { return set.contains(token); });
}

std::string token_words(const SyntaxErrorPlace& error, size_t type) {
  switch (type) {
    case antlr4::Token::EOF:
      return end_of_text(error);
    case Lexer::NAME:
      return "a name";
    case Lexer::NUMBER:
      return "a number";
    case Lexer::TEXT:
      return "text in quotes";
    case Lexer::UNIT:
      return "a unit";
    case Lexer::OPEN_BRACE:
      return "`{`";
    default:
      break;
  }
  if (const auto test = test_word(type); !test.empty()) return "`" + std::string(test) + "`";
  if (const auto advisor = advisor_word(type); !advisor.empty()) return "`" + std::string(advisor) + "`";
  if (const auto schedule = schedule_word(type); !schedule.empty()) return "`" + std::string(schedule) + "`";
  if (const auto inbound = interface_word(type); !inbound.empty()) return "`" + std::string(inbound) + "`";
  if (const auto carried = route_word(type); !carried.empty()) return "`" + std::string(carried) + "`";
  const std::string literal = error.words->getLiteralName(type);
  if (literal.size() < 3) return {};
  return "`" + literal.substr(1, literal.size() - 2) + "`";
}

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) result += i + 1 == words.size() ? " or " : ", ";
    result += words[i];
  }
  return result;
}

// The set of tokens in words: a group by its meaning, the rest by name, nothing when there are too many.
std::string set_words(const SyntaxErrorPlace& error, const antlr4::misc::IntervalSet& set) {
  constexpr size_t kNamedMax = 6;
  std::vector<std::string> words;
  if (all_in(set, {Lexer::NUMBER, Lexer::TEXT, Lexer::OPEN_BRACKET})) {
    words.emplace_back("a value");
  } else if (all_in(set, {Lexer::OPTIONAL, Lexer::NAME})) {
    words.emplace_back("a type such as `Text(10)`, `Money<AUD>` or `list of Store`");
  } else if (set.contains(static_cast<size_t>(Lexer::NAME))) {
    words.emplace_back("a name");
  } else {
    for (const auto& interval : set.getIntervals()) {
      for (ssize_t token = interval.a; token <= interval.b; ++token) {
        if (auto word = token_words(error, static_cast<size_t>(token)); !word.empty())
          words.push_back(std::move(word));
        if (words.size() > kNamedMax) return {};
      }
    }
    return joined(words);
  }
  for (const size_t close :
       {size_t{Lexer::CLOSE_PAREN}, size_t{Lexer::CLOSE_BRACKET}, size_t{Lexer::CLOSE_BRACE}}) {
    if (set.contains(close)) words.push_back(token_words(error, close));
  }
  return joined(words);
}

std::vector<std::string> expected_keywords(const SyntaxErrorPlace& error) {
  std::vector<std::string> words;
  for (const auto& interval : error.expected.getIntervals()) {
    for (ssize_t token = std::max<ssize_t>(interval.a, Lexer::MODULE);
         token <= std::min<ssize_t>(interval.b, Lexer::LIST); ++token) {
      const std::string quoted = token_words(error, static_cast<size_t>(token));
      if (quoted.size() > 2) words.push_back(quoted.substr(1, quoted.size() - 2));
    }
  }
  return words;
}

}  // namespace

std::string end_of_text(const SyntaxErrorPlace& error) {
  const bool cell = std::ranges::find(error.rules, size_t{Parser::RuleSheetCell}) != error.rules.end();
  return cell ? "the end of the cell" : "the end of the declaration";
}

Expectation expectation(const SyntaxErrorPlace& error, size_t before) {
  Expectation result;
  if (error.words == nullptr) return result;
  result.keywords = expected_keywords(error);
  if (error.rules.size() > 1) {
    // `x: T = Source requierd`: the misspelt word was taken for the next part.
    if (const Repeating* around = repeating(error.rules[1])) result.keywords_before = around->keywords;
  }
  result.name = error.expected.contains(static_cast<size_t>(Lexer::NAME));
  const size_t rule = error.rules.empty() ? size_t{Parser::RuleDeclaration} : error.rules.front();
  const Repeating* parts = repeating(rule);
  if (parts != nullptr && error.expected.contains(static_cast<size_t>(Lexer::CLOSE_BRACE))) {
    result.what = parts->what;
    result.keywords.insert(result.keywords.end(), parts->keywords.begin(), parts->keywords.end());
  } else if (rule == kScheduleDays.rule && before == Lexer::EVERY) {
    result.what = kScheduleDays.what;
    result.keywords = kScheduleDays.keywords;
  } else if (const auto asked = asked_for_by(before); !asked.empty()) {
    result.what = asked;
  } else {
    result.what = set_words(error, error.expected);
  }
  return result;
}

}  // namespace endcap::syntax
