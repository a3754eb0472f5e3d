// Finding the extent of a construct that this release can't read.
#include "compiler/syntax/later.h"

#include <algorithm>

namespace endcap::syntax {

namespace {

bool opens(size_t type) {
  return type == Lexer::OPEN_BRACE || type == Lexer::OPEN_PAREN || type == Lexer::OPEN_BRACKET;
}
bool closes(size_t type) {
  return type == Lexer::CLOSE_BRACE || type == Lexer::CLOSE_PAREN || type == Lexer::CLOSE_BRACKET;
}

bool begins_statement(size_t type) {
  switch (type) {
    case Lexer::LET:
    case Lexer::READ:
    case Lexer::REREAD:
    case Lexer::ASK:
    case Lexer::NOTIFY:
    case Lexer::APPROVE:
    case Lexer::WRITE:
    case Lexer::TASK:
    case Lexer::RUN:
    case Lexer::REPEAT:
    case Lexer::AGAIN:
    case Lexer::RAISE:
    case Lexer::WHEN:
    case Lexer::MATCH:
    case Lexer::FOR:
    case Lexer::SWEEP:
    case Lexer::TOGETHER:
    case Lexer::BRANCH:
    case Lexer::STEP:
    case Lexer::THROUGHOUT:
    case Lexer::WAIT:
    case Lexer::DUE:
    case Lexer::YIELD:
    case Lexer::SKIP_:
    case Lexer::FINISH:
    case Lexer::FAIL:
    case Lexer::ON:
    case Lexer::THEN:
    case Lexer::LATER:
      return true;
    default:
      return false;
  }
}

class Refuser {
 public:
  Refuser(Tokens& tokens, std::string_view text, SourceId source, Diagnostics& diagnostics)
      : tokens_(tokens), text_(text), source_(source), diagnostics_(diagnostics) {
    for (const auto& token : tokens_) seen_.push_back({token->getType(), token->getLine()});
  }

  void run() {
    Tokens kept;
    for (size_t i = 0; i < tokens_.size();) {
      if (!is_statement(i)) {
        kept.push_back(std::move(tokens_[i++]));
        continue;
      }
      const size_t end = statement_end(i);
      auto& first = *tokens_[i];
      diagnostics_.emit(DiagnosticKind::NotInThisRelease, span_of(first, source_),
                        {std::string(text_of(first, text_))});
      first.setStopIndex(tokens_[end - 1]->getStopIndex());
      first.setType(Lexer::LATER_STATEMENT);
      kept.push_back(std::move(tokens_[i]));
      i = end;
    }
    tokens_ = std::move(kept);
  }

 private:
  // Of the tokens as they were: those already kept have moved away.
  struct Seen {
    size_t type;
    size_t line;
  };
  size_t type(size_t i) const { return i < seen_.size() ? seen_[i].type : antlr4::Token::EOF; }
  bool first_on_line(size_t i) const { return i == 0 || seen_[i - 1].line != seen_[i].line; }

  bool is_statement(size_t i) const {
    return type(i) == Lexer::LATER && i > 0 &&
           (first_on_line(i) || type(i - 1) == Lexer::OPEN_BRACE || type(i - 1) == Lexer::CLOSE_BRACE);
  }

  size_t group_end(size_t i) const {
    size_t depth = 0;
    do {
      if (opens(type(i))) ++depth;
      if (closes(type(i))) --depth;
      ++i;
    } while (i < tokens_.size() && depth > 0);
    return i;
  }

  // To the end of its braces, or to where the next statement begins.
  size_t statement_end(size_t i) const {
    for (++i; i < tokens_.size(); ++i) {
      if (type(i) == Lexer::OPEN_BRACE) return group_end(i);
      if (closes(type(i)) || type(i) == Lexer::THEN) return i;
      if (first_on_line(i) && begins_statement(type(i))) return i;
      if (opens(type(i))) i = group_end(i) - 1;
    }
    return i;
  }

  Tokens& tokens_;
  std::string_view text_;
  SourceId source_;
  Diagnostics& diagnostics_;
  std::vector<Seen> seen_;
};

}  // namespace

void refuse_later_constructs(Tokens& tokens, std::string_view text, SourceId source,
                             Diagnostics& diagnostics) {
  Refuser(tokens, text, source, diagnostics).run();
}

}  // namespace endcap::syntax
