"""What boards, offices and other programs take away: dossiers, the portfolio, exports."""
