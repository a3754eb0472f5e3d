// Words of a file: each declaration's tree is walked for what the grammar says of a token, the text between
// two tokens for the author's lines and comments.
#include <algorithm>
#include <utility>

#include "compiler/syntax/format_parts.h"

namespace endcap::syntax::layout {

namespace {

using antlr4::ParserRuleContext;
using antlr4::tree::ParseTree;
using antlr4::tree::TerminalNode;

const antlr4::Token* token_of(ParseTree* node) {
  auto* terminal = dynamic_cast<TerminalNode*>(node);
  return terminal == nullptr ? nullptr : terminal->getSymbol();
}

bool is_rule(ParseTree* node, size_t rule) {
  const auto* context = dynamic_cast<ParserRuleContext*>(node);
  return context != nullptr && context->getRuleIndex() == rule;
}

class WordReader {
 public:
  explicit WordReader(std::string_view text) : text_(text), at_(text.starts_with("\xef\xbb\xbf") ? 3 : 0) {}

  void declaration(ParserRuleContext* tree) {
    next_begins_ = Word::Begins::Declaration;
    walk(tree, 0);
  }

  Script finish() {
    Word end;
    read_gap(text_.size(), end);
    script_.last_comments = std::move(end.comments);
    return std::move(script_);
  }

 private:
  // Rules directly between a rule's braces are the items of a block, unless a keyword of the rule stands in
  // front of them:
  // `{ call (UNDO call | AND KEEP)? }` is one item.
  void walk(ParserRuleContext* tree, uint32_t family) {
    if (is_rule(tree, Parser::RuleWhenStatement)) family = ++families_;
    bool in_braces = false;
    bool item_may_begin = false;
    for (ParseTree* child : tree->children) {
      if (const antlr4::Token* token = token_of(child)) {
        if (token->getType() == antlr4::Token::EOF) continue;
        if (token->getType() == Lexer::CLOSE_BRACE) in_braces = false;
        word(*token, tree->getRuleIndex(), family);
        if (token->getType() == Lexer::OPEN_BRACE) in_braces = true;
        item_may_begin = token->getType() == Lexer::OPEN_BRACE || token->getType() == Lexer::COMMA;
        continue;
      }
      auto* rule = static_cast<ParserRuleContext*>(child);
      const bool passes = is_rule(rule, Parser::RuleBlock) || is_rule(rule, Parser::RuleOtherwiseBlock);
      if (in_braces && is_rule(rule, Parser::RuleNames)) {
        soft_items(rule);
      } else {
        if (in_braces && item_may_begin && !rule->children.empty()) next_begins_ = Word::Begins::Item;
        walk(rule, passes ? family : 0);
      }
      item_may_begin = true;
    }
  }

  void soft_items(ParserRuleContext* names) {
    for (ParseTree* child : names->children) {
      if (const antlr4::Token* token = token_of(child)) {
        word(*token, names->getRuleIndex(), 0);
      } else {
        next_begins_ = Word::Begins::SoftItem;
        walk(static_cast<ParserRuleContext*>(child), 0);
      }
    }
  }

  void word(const antlr4::Token& token, size_t rule, uint32_t family) {
    Word result;
    result.text = text_of(token, text_);
    result.type = token.getType();
    result.rule = rule;
    result.begins = std::exchange(next_begins_, Word::Begins::Nothing);
    result.family = family;
    read_gap(token.getStartIndex(), result);
    at_ = token.getStopIndex();
    pair(result);
    script_.words.push_back(std::move(result));
  }

  // Brackets of different kinds may belong together: `[2 .. 5)` is an interval.
  void pair(Word& word) {
    const size_t index = script_.words.size();
    word.partner = index;
    const bool brace = word.type == Lexer::CLOSE_BRACE;
    if ((brace || is_closing(word)) && !open_.empty()) {
      word.partner = open_.back();
      script_.words[word.partner].partner = index;
      open_.pop_back();
      if (brace) blocks_.pop_back();
    }
    word.depth = static_cast<uint32_t>(blocks_.size());
    word.block = blocks_.empty() ? 0 : blocks_.back();
    if (word.type == Lexer::OPEN_BRACE) blocks_.push_back(index);
    if (word.type == Lexer::OPEN_BRACE || is_opening(word)) open_.push_back(index);
  }

  // What stands between the last token and `end`: blanks, line ends and comments.
  void read_gap(size_t end, Word& into) {
    size_t lines =
        script_.words.empty() ? 1 : 0;  // since the last token or comment; a file begins with a line
    while (at_ < end) {
      if (text_[at_] == '-') {
        into.comments.push_back({comment(end), lines > 0, lines > 1});
        into.line_before = true;
        lines = 1;
      } else if (text_[at_++] == '\n') {
        ++lines;
      }
    }
    into.line_before = into.line_before || lines > 0;
    into.blank_before = lines > 1;
  }

  std::string_view comment(size_t end) {
    const size_t begin = at_;
    at_ = std::min(text_.find_first_of("\r\n", begin), end);
    if (at_ < end && text_[at_] == '\r') ++at_;
    if (at_ < end && text_[at_] == '\n') ++at_;
    const std::string_view whole = text_.substr(begin, at_ - begin);
    return whole.substr(0, whole.find_last_not_of(" \t\r\n") + 1);
  }

  std::string_view text_;
  size_t at_;
  Script script_;
  std::vector<size_t> open_;    // brackets and braces
  std::vector<size_t> blocks_;  // braces
  uint32_t families_ = 0;
  Word::Begins next_begins_ = Word::Begins::Nothing;
};

}  // namespace

std::optional<Script> read_script(const SourceMap& sources, SourceId source, Diagnostics& diagnostics) {
  const size_t errors_before = diagnostics.error_count();
  const auto readable = [&] { return diagnostics.error_count() == errors_before; };
  DeclarationTrees trees(sources, source, diagnostics);
  WordReader reader(sources.file(source).text);
  while (const auto found = trees.next()) {
    if (readable()) reader.declaration(found->tree);
  }
  if (!readable()) return std::nullopt;
  return reader.finish();
}

}  // namespace endcap::syntax::layout
