// Random programs, deeper and odder than people write them: the formatter keeps its promises there too.
#include <random>

#include "tests/unit/compiler/syntax/layout.h"

using namespace endcap;

namespace {

// Sentences of the language that can be read, with lines and comments anywhere between their words.
class RandomProgram {
 public:
  explicit RandomProgram(uint32_t seed) : random_(seed) {}

  std::string text() {
    words("module m");
    end_line();
    for (uint32_t count = 1 + pick(4); count > 0; --count) {
      declaration();
      end_line();
    }
    return text_;
  }

 private:
  uint32_t pick(uint32_t below) { return static_cast<uint32_t>(random_() % below); }
  bool chance(uint32_t percent) { return pick(100) < percent; }

  void end_line() { text_ += chance(30) ? "\n\n" : "\n"; }

  // Blank-separated words; between two of them anything may stand that is no word.
  void words(const std::string& sentence) {
    for (size_t at = 0; at < sentence.size();) {
      const size_t end = std::min(sentence.find(' ', at), sentence.size());
      word(sentence.substr(at, end - at));
      at = end + 1;
    }
  }
  void word(const std::string& word) {
    text_ += word;
    text_ += chance(4)   ? " -- " + std::to_string(pick(100)) + "\n "
             : chance(5) ? "\n\n "
             : chance(8) ? "\n "
                         : " ";
  }
  void together(const std::string& text) { text_ += text + " "; }

  void name() {
    word(std::vector<std::string>{"a", "promo", "aVeryLongNameOfSomething", "`to`", "b2"}[pick(5)]);
  }

  template <typename Part>
  void list(uint32_t most, Part part) {
    for (uint32_t count = pick(most + 1), i = 0; i < count; ++i) {
      if (i > 0) word(",");
      part();
    }
  }

  void expression(uint32_t depth) {
    if (depth == 0) return leaf();
    switch (pick(9)) {
      case 0:
        return leaf();
      case 1:
        word("(");
        expression(depth - 1);
        return word(")");
      case 2:
        word("-");
        return operand(depth);
      case 3:
        name();
        word("(");
        list(3, [&] { expression(depth - 1); });
        return word(")");
      case 4:
        word("[");
        list(3, [&] { expression(depth - 1); });
        return word("]");
      case 5:
        words("( when");
        operand(depth);
        word("then");
        operand(depth);
        word("otherwise");
        operand(depth);
        return word(")");
      case 6:
        words("count of");
        name();
        words(". to");
        return;
      default:
        operand(depth);
        word(std::vector<std::string>{"+", "-", "*", "/"}[pick(4)]);
        return operand(depth);
    }
  }
  void operand(uint32_t depth) {
    word("(");
    expression(depth - 1);
    word(")");
  }
  void leaf() {
    switch (pick(6)) {
      case 0:
        return together("40 ea");
      case 1:
        return together("AUD 1_299.00");
      case 2:
        return together("4 business hours");
      case 3:
        return word("\"a -- text { \\\" \"");
      case 4:
        return word("2026-12-01");
      default:
        return name();
    }
  }

  void block(uint32_t depth) {
    word("{");
    if (depth > 0) {
      for (uint32_t count = pick(4); count > 0; --count) statement(depth - 1);
    }
    word("}");
  }
  void handlers(uint32_t depth) {
    word("{");
    for (uint32_t count = pick(4); count > 0; --count) {
      words("on expired , rejected");
      block(depth);
    }
    word("}");
  }

  void statement(uint32_t depth) {
    switch (pick(9)) {
      case 0:
        word("let");
        name();
        word("=");
        return expression(3);
      case 7:
        words("let gap = ask Uplift ( promo . article ,");
        expression(1);
        words(") or else");
        return expression(2);
      case 1:
        words("step gate");
        return block(depth);
      case 2:
        return when(depth);
      case 3:
        words("match low {");
        for (uint32_t count = pick(3); count > 0; --count) {
          words("| low , high");
          block(depth);
        }
        return word("}");
      case 4:
        words("write pricing for store");
        return handlers(depth);
      case 5:
        words("for each store in stores parallel 50");
        return block(depth);
      case 6:
        words("task Confirm ( promotion : promo . id ) to StoreOps within");
        together("4 business hours");
        return handlers(depth);
      default:
        return word("skip");
    }
  }
  void when(uint32_t depth) {
    word("when");
    expression(2);
    block(depth);
    while (chance(40)) {
      words("otherwise when");
      expression(1);
      block(depth);
    }
    if (!chance(50)) return;
    word("otherwise");
    block(depth);
  }

  void declaration() {
    switch (pick(6)) {
      case 4:
        return sync();
      case 3:
        words("advisor Uplift ( article : ArticleId ) -> list of Forecast { timeout");
        together("30 s");
        words("fresh within");
        together("1 day");
        words("confidence at least");
        together("60%");
        return word("}");
      case 0:
        words("workflow W ( promo : Promotion , last : list of Date ) key promo . id");
        together("version 1");
        return block(4);
      case 1:
        words("policy P governs A . b , C . d for ( promo : Promotion ) {");
        for (uint32_t count = pick(4); count > 0; --count) {
          words("| approval by A , B when");
          expression(2);
        }
        return word("}");
      case 2:
        words("record R {");
        for (uint32_t count = pick(4); count > 0; --count) {
          name();
          words(": Money < AUD > ,");
        }
        return words("last : optional Decimal ( 13 , 2 ) }");
      default:
        words("function f ( a : T ) -> Ratio =");
        return expression(4);
    }
  }

  void sync() {
    words("sync S : V from erp to shop via M {");
    for (uint32_t count = pick(5); count > 0; --count) {
      switch (pick(5)) {
        case 0:
          words("on Changed (");
          list(2, [&] { words("id : article"); });
          word(")");
          break;
        case 1:
          words("compares Listing parallel");
          word("20");
          break;
        case 2:
          words("reconcile every business day at 02:00 zone \"UTC\" over All (");
          list(2, [&] { expression(1); });
          word(")");
          break;
        case 3:
          words("writes Listing . put under A , B");
          break;
        default:
          word("where");
          expression(2);
      }
    }
    word("}");
  }

  std::mt19937 random_;
  std::string text_;
};

#ifdef __SANITIZE_ADDRESS__
constexpr uint32_t kPrograms = 200;
#else
constexpr uint32_t kPrograms = 2000;
#endif

}  // namespace

TEST_CASE("random programs keep their words, their comments and their tree") {
  uint32_t read = 0;
  for (uint32_t seed = 0; seed < kPrograms; ++seed) {
    const std::string text = RandomProgram(seed).text();
    if (Parsed(text).errors() > 0) continue;  // a line may begin where another declaration seems to
    ++read;
    laid_out(text);
  }
  CHECK(read > kPrograms / 2);
}
