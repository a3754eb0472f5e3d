// Depth by counting: per open bracket the operators seen in the expression at hand and the deepest bracket
// closed in it.
#include "compiler/syntax/nesting.h"

#include <algorithm>
#include <vector>

namespace endcap::syntax {

namespace {

enum class Role : uint8_t { Other, Open, OpenBlock, Close, Operator, Separator };

Role role(size_t type) {
  switch (type) {
    case Lexer::OPEN_PAREN:
    case Lexer::OPEN_BRACKET:
      return Role::Open;
    case Lexer::OPEN_BRACE:
      return Role::OpenBlock;
    case Lexer::CLOSE_PAREN:
    case Lexer::CLOSE_BRACKET:
    case Lexer::CLOSE_BRACE:
      return Role::Close;
    case Lexer::PLUS:
    case Lexer::MINUS:
    case Lexer::STAR:
    case Lexer::SLASH:
    case Lexer::DOT:
    case Lexer::AND:
    case Lexer::OR:
    case Lexer::OR_ELSE:
    case Lexer::NOT:
    case Lexer::THEN:
    case Lexer::OTHERWISE:
    case Lexer::OF:
    case Lexer::OPTIONAL:
    case Lexer::ROUND:
    case Lexer::ALLOCATE:
    case Lexer::EQUAL:
    case Lexer::NOT_EQUAL:
    case Lexer::LESS:
    case Lexer::LESS_EQUAL:
    case Lexer::GREATER:
    case Lexer::GREATER_EQUAL:
      return Role::Operator;
    // None of these stands within an expression, so the next one begins behind it.
    case Lexer::COMMA:
    case Lexer::COLON:
    case Lexer::ASSIGN:
    case Lexer::BAR:
    case Lexer::LET:
    case Lexer::READ:
    case Lexer::REREAD:
    case Lexer::NOTIFY:
    case Lexer::MATCH:
    case Lexer::THROUGHOUT:
    case Lexer::YIELD:
    case Lexer::APPROVE:
    case Lexer::WRITE:
    case Lexer::PROPOSE:
    case Lexer::UNDO:
    case Lexer::TASK:
    case Lexer::RAISE:
    case Lexer::RESPOND:
    case Lexer::RESOLVE:
    case Lexer::WITHIN:
    case Lexer::REMIND:
    case Lexer::ESCALATE:
    case Lexer::STEP:
    case Lexer::WAIT:
    case Lexer::DUE:
    case Lexer::ON:
    case Lexer::FINISH:
    case Lexer::FAIL:
    case Lexer::SKIP_:
      return Role::Separator;
    default:
      return Role::Other;
  }
}

struct Level {
  size_t operators = 0;  // in the expression at hand
  size_t inner = 0;      // the deepest bracket closed in it
  size_t deepest = 0;    // of the expressions before it
  void finish_expression() {
    deepest = std::max(deepest, operators + inner);
    operators = inner = 0;
  }
};

}  // namespace

std::optional<size_t> nested_too_deep(const Tokens& tokens, size_t limit) {
  std::vector<Level> levels(1);
  for (size_t i = 0; i < tokens.size(); ++i) {
    switch (role(tokens[i]->getType())) {
      case Role::OpenBlock:
        levels.back().finish_expression();
        levels.emplace_back();
        break;
      case Role::Open:
        levels.emplace_back();
        break;
      case Role::Close:
        if (levels.size() > 1) {
          levels.back().finish_expression();
          const size_t depth = levels.back().deepest + 1;
          levels.pop_back();
          levels.back().inner = std::max(levels.back().inner, depth);
          if (tokens[i]->getType() == Lexer::CLOSE_BRACE) levels.back().finish_expression();
        }
        break;
      case Role::Operator:
        ++levels.back().operators;
        break;
      case Role::Separator:
        levels.back().finish_expression();
        break;
      case Role::Other:
        break;
    }
    if (levels.size() - 1 + levels.back().operators + levels.back().inner > limit) return i;
  }
  return std::nullopt;
}

}  // namespace endcap::syntax
