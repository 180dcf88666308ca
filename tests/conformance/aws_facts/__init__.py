"""What the service was seen to answer, as data. Each case was first observed on AWS by public suites and captures
(through October 2026); docs/differences.md names the ones that newer evidence changed."""
