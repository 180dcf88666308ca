"""Three real data systems on stator.model and the public API alone: TruthByte, BizTech and LetsGo."""
